/**
 * What reads items from the bytes of a file as they come: what is whole is answered, what is open is held, and how
 * far the answered items reach is known to the byte, so that somebody else can go on there. The formats are
 * `text-parsers.ts` and `json-parser.ts`; fetching bytes and inflating them is somebody else's work.
 */
import type { JsonText } from "../json.ts";
import type { Failure } from "../position.ts";
import { readerFailed } from "./items.ts";

/** The items cannot be read: the state fails with this. */
export class Unreadable extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.cause);
    this.failure = failure;
  }
}

/** An item before it has a number. */
export interface FileItem {
  readonly value: JsonText;
  /** Of an object's member. */
  readonly key?: string;
}

/** Where a parser can begin. */
export interface ParserPlace {
  /** Of the text, inflated where the file is compressed. */
  readonly byte: number;
  /** CSV: the headers that have been read. */
  readonly names?: readonly string[];
  /** JSON: the containers that are open, from the outermost to the one whose members are the items. */
  readonly open?: string;
}

export interface ItemParser {
  /** The items that are whole with these bytes. To be read to its end. */
  read(bytes: Uint8Array): Iterable<FileItem>;
  /** What is left at the end of the file. */
  end(): Iterable<FileItem>;
  /** Behind the last item answered; undefined: not known before more has come. */
  readonly place: ParserPlace | undefined;
}

/** No child could take more: a file whose records are longer is no such file, and would fill the memory. */
export const longestRecord = 32 * 1024 * 1024;

export function tooLong(): Unreadable {
  return new Unreadable(readerFailed(`The file has an item that is longer than ${longestRecord} bytes.`));
}
