// Runs before the first paint, so that a dark page never flashes white. A file because the CSP refuses inline scripts.
try {
  const { theme } = JSON.parse(localStorage.getItem('alt.preferences') ?? '{}');
  if (['light', 'dark', 'sepia'].includes(theme)) document.documentElement.dataset.theme = theme;
} catch {
  // Without storage the system's colours are used.
}
