/** The built pages, path to base64: infra/pages.cjs makes them when this function is bundled. */
declare module 'liap:pages' {
  const files: Readonly<Record<string, string>>;
  export default files;
}
