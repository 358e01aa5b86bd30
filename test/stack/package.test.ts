/** What package.json says of types: older settings of TypeScript do not read `exports`. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

interface Package {
  readonly types: string;
  readonly exports: Readonly<Record<string, string | { readonly types: string }>>;
  readonly typesVersions: { readonly "*": Readonly<Record<string, readonly string[]>> };
}

test("a CDK app with moduleResolution node10, as `cdk init` made them for years, finds the types of each entry", () => {
  const text = readFileSync(join(import.meta.dirname, "../../package.json"), "utf8");
  const { types, exports, typesVersions } = JSON.parse(text) as Package;
  const older = {
    ".": types,
    ...Object.fromEntries(Object.entries(typesVersions["*"]).map(([name, [at]]) => [`./${name}`, at])),
  };
  const newer = Object.entries(exports).flatMap(([name, entry]) =>
    typeof entry === "string" ? [] : [[name, entry.types]],
  );
  expect(older).toEqual(Object.fromEntries(newer));
});
