/**
 * What the engine and a function's process say to each other, and how it goes over a pipe: two lengths,
 * a head as JSON, and the payload as it is, so that a payload is copied and not quoted. Both ends are
 * the same version of this package, which is why the reader trusts what it reads.
 */

export interface InvokeFrame {
  readonly kind: "invoke";
  readonly requestId: string;
  readonly functionArn: string;
  /** Milliseconds that the invocation may take. */
  readonly budget: number;
  /** JSON text, as `lambda:invoke` was given it. */
  readonly clientContext?: string;
  /** What the function finds in `_X_AMZN_TRACE_ID`. */
  readonly traceHeader?: string;
}

export type RuntimeFrame =
  | { readonly kind: "ready" }
  /** The module could not be loaded, or fell over while nothing ran; the body says why. The process ends. */
  | { readonly kind: "unloadable" }
  /** The body is the result. */
  | { readonly kind: "succeeded" }
  /** The body is `{errorType, errorMessage, trace}`. `dying`: the process ends. */
  | { readonly kind: "failed"; readonly dying: boolean }
  /** The body is one line of output. */
  | { readonly kind: "line"; readonly stream: "stdout" | "stderr" };

const lengthsSize = 8;
/** More than any frame of ours has: whoever announces more has written into our pipe by mistake. */
const longestFrame = 16 * 1024 * 1024;

export function encodeFrame(head: InvokeFrame | RuntimeFrame, body = ""): Buffer {
  const headText = JSON.stringify(head);
  const headLength = Buffer.byteLength(headText);
  const bodyLength = Buffer.byteLength(body);
  const frame = Buffer.allocUnsafe(lengthsSize + headLength + bodyLength);
  frame.writeUInt32LE(headLength, 0);
  frame.writeUInt32LE(bodyLength, 4);
  frame.write(headText, lengthsSize);
  frame.write(body, lengthsSize + headLength);
  return frame;
}

/** Give the answer every chunk that arrives; it calls `onFrame` for each whole frame, and throws if there can be none. */
export function frameReader<Head extends InvokeFrame | RuntimeFrame>(
  onFrame: (head: Head, body: string) => void,
): (chunk: Buffer) => void {
  let chunks: Buffer[] = [];
  let received = 0;
  let wanted = lengthsSize;
  return (chunk) => {
    chunks.push(chunk);
    received += chunk.length;
    while (received >= wanted) {
      const all = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, received);
      const headEnd = lengthsSize + all.readUInt32LE(0);
      const frameEnd = headEnd + all.readUInt32LE(4);
      if (frameEnd > longestFrame) throw new Error("this is not a frame");
      chunks = [all];
      wanted = frameEnd;
      if (received < frameEnd) return;
      const rest = all.subarray(frameEnd);
      chunks = [rest];
      received = rest.length;
      wanted = lengthsSize;
      // The other end is the same package: what it wrote is what it was typed to write.
      onFrame(JSON.parse(all.toString("utf8", lengthsSize, headEnd)) as Head, all.toString("utf8", headEnd, frameEnd));
    }
  };
}
