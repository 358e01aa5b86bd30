/** Bytes of a request as text. */
import { unreadable } from "./refusal.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true });

export function bodyText(body: Uint8Array): string {
  try {
    return utf8.decode(body);
  } catch {
    throw unreadable("The body is not UTF-8");
  }
}
