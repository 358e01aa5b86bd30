/**
 * A file of lib/ as it ships: what is measured is the build. tsx gives every function its name each time one is
 * made, which costs more than many a step.
 */
export async function built<Module>(file: string): Promise<Module> {
  const at = new URL(`../dist/lib/${file}.js`, import.meta.url);
  return (await import(at.href)) as Module; // the build of the file that the caller names as its type
}
