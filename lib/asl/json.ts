/** JSON as text, and values read from it with the text of their numbers kept. */

/** The text of one JSON value. */
export type JsonText = string;

export type Value = null | boolean | number | string | ExactNumber | readonly Value[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Value;
}

/** A number whose text a JavaScript number would lose: `0.0`, `1e400`, 2^53 + 1. */
export class ExactNumber {
  readonly text: string;
  readonly #brand = true;
  constructor(text: string) {
    this.text = text;
  }
  valueOf(): number {
    return this.#brand ? Number(this.text) : 0;
  }
}

export class JsonSyntaxError extends Error {
  readonly position: number;
  constructor(message: string, position: number) {
    super(message);
    this.position = position;
  }
}

export const depthLimit = 1000;

export function parseJson(text: JsonText): Value {
  return JSON.parse(text);
}

export function writeJson(value: Value): JsonText {
  return JSON.stringify(value);
}
