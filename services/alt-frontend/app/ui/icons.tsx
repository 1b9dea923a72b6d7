/** The icons of the page: our own strokes on a grid of 24, drawn in the colour of the text. */
const shapes = {
  all: 'M4 6h16M4 12h16M4 18h10',
  star: 'm12 3.6 2.6 5.3 5.8.8-4.2 4.1 1 5.8L12 16.9l-5.2 2.7 1-5.8L3.6 9.7l5.8-.8z',
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.4 15.4 20 20',
  plus: 'M12 5v14M5 12h14',
  folder:
    'M3.5 7a1.5 1.5 0 0 1 1.5-1.5h4l2 2.5h8A1.5 1.5 0 0 1 20.5 9.5v8a1.5 1.5 0 0 1-1.5 1.5H5a1.5 1.5 0 0 1-1.5-1.5z',
  chevron: 'm9 6 6 6-6 6',
  back: 'm14.5 5-7 7 7 7',
  settings:
    'M4 7h9M17 7h3M4 17h3M11 17h9M15 9.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4zM9 19.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4z',
  transfer: 'M8 20V5M4.5 8.5 8 5l3.5 3.5M16 4v15M12.5 15.5 16 19l3.5-3.5',
  refresh: 'M19.5 12a7.5 7.5 0 1 1-2.3-5.4M19.5 3.5v4h-4',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  checkAll: 'm2.5 12.5 4.2 4.5 8.3-9.5M11 15.5l1.7 1.5 8.8-9.5',
  newest: 'M12 5v14M6.5 13.5 12 19l5.5-5.5',
  oldest: 'M12 19V5M6.5 10.5 12 5l5.5 5.5',
  info: 'M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17zM12 11v5.5M12 7.6v.1',
  warning: 'M12 4 21 19.5H3zM12 10v4.5M12 17v.1',
  external: 'M13.5 4.5h6v6M19.5 4.5 11 13M17 13.5v4a2 2 0 0 1-2 2H6.5a2 2 0 0 1-2-2V9a2 2 0 0 1 2-2h4',
  close: 'm6 6 12 12M18 6 6 18',
  play: 'M8 5.5v13l10.5-6.5z',
  text: 'M5 5h14M5 9.7h14M5 14.3h14M5 19h8',
  unread: 'M12 17a5 5 0 1 0 0-10 5 5 0 0 0 0 10z',
  label: 'M4 5.5v6.2l8.3 8.3 7.2-7.2L11.2 4.5H5a1 1 0 0 0-1 1zM8 8.5v.1',
  highlight: 'm9 14.5-4.5 5h5l2-2M9 14.5l8-10 3.5 3-8.5 9.5zM9 14.5l3 2.5M14 20h6.5',
  team: 'M9 11.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM3.5 19c0-3 2.4-5 5.5-5s5.5 2 5.5 5M16 6.2a2.6 2.6 0 0 1 0 5M17.5 14.4c1.9.6 3 2.3 3 4.6',
  chart: 'M4.5 4.5V19.5H19.5M8.5 16v-4M12.5 16V8M16.5 16v-6',
  more: 'M5.5 12h.1M12 12h.1M18.5 12h.1',
  keyboard:
    'M3.5 7.5A1.5 1.5 0 0 1 5 6h14a1.5 1.5 0 0 1 1.5 1.5v9A1.5 1.5 0 0 1 19 18H5a1.5 1.5 0 0 1-1.5-1.5zM7 10h.1M11 10h.1M15 10h.1M17.5 10h.1M8 14h8',
  place:
    'M12 20.5s6.5-5.6 6.5-10.8a6.5 6.5 0 1 0-13 0c0 5.2 6.5 10.8 6.5 10.8zM12 12a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6z',
  terminal: 'm4.5 7 5 5-5 5M12 17h7.5',
  comments:
    'M4.5 6.5A1.5 1.5 0 0 1 6 5h12a1.5 1.5 0 0 1 1.5 1.5v8A1.5 1.5 0 0 1 18 16h-6l-4.5 4v-4H6a1.5 1.5 0 0 1-1.5-1.5z',
} as const;

export type IconName = keyof typeof shapes;

export function Icon({
  name,
  filled = false,
  className = '',
}: {
  name: IconName;
  filled?: boolean;
  className?: string;
}) {
  return (
    <svg
      viewBox="0 0 24 24"
      className={`size-5 shrink-0 ${className}`}
      fill={filled ? 'currentColor' : 'none'}
      stroke="currentColor"
      strokeWidth={name === 'more' ? 2.6 : 1.7}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={shapes[name]} />
    </svg>
  );
}
