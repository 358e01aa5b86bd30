/** JSON as text, and values read from it with the text of their numbers kept. */

/** The text of one JSON value. */
export type JsonText = string;
