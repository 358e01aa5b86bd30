/**
 * A payload that is text until somebody looks and a value until somebody writes it down; what was
 * computed once is kept. Going through a state unlooked-at, its text stays the same to the letter.
 */
import { readPayload } from "../evaluate/read-payload.ts";
import { type JsonText, type Value, writeJson } from "../json.ts";

export class Payload {
  #text: JsonText | undefined;
  #value: Value | undefined;

  private constructor(text: JsonText | undefined, value: Value | undefined) {
    this.#text = text;
    this.#value = value;
  }

  static ofText(text: JsonText): Payload {
    return new Payload(text, undefined);
  }

  static ofValue(value: Value): Payload {
    return new Payload(undefined, value);
  }

  get text(): JsonText {
    if (this.#text === undefined) this.#text = writeJson(this.#value ?? null);
    return this.#text;
  }

  get value(): Value {
    if (this.#value === undefined) this.#value = readPayload(this.#text ?? "null");
    return this.#value;
  }
}

/** What a filter of `null` leaves. */
export const nothing = Payload.ofText("{}");
