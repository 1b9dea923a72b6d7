/** The address of a file that is bundled to run in a worker (Vite). */
declare module '*?worker&url' {
  const address: string;
  // biome-ignore lint/style/noDefaultExport: Vite gives it so
  export default address;
}
