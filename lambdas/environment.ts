/** What the stack tells its functions, read where it is needed. Not a function itself. */
import { environment } from "../lib/adapters/aws/names.ts";

export function fromEnvironment(name: keyof typeof environment): string {
  const value = process.env[environment[name]];
  if (!value) throw new Error(`environment variable ${environment[name]} is missing`);
  return value;
}

export function numberFromEnvironment(name: keyof typeof environment): number | undefined {
  const value = process.env[environment[name]];
  if (value === undefined || value === "") return undefined;
  const number = Number(value);
  if (!Number.isFinite(number)) throw new Error(`environment variable ${environment[name]} is no number: ${value}`);
  return number;
}
