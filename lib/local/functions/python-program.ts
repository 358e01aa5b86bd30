/**
 * The program of a Python function's process, the counterpart of `runtime.ts`: it loads the module, then runs one
 * invocation after the other as Lambda's runtime for Python does, and speaks the same frames over the same
 * descriptors. Python has to be on the machine as `python3`; nothing else is needed.
 */

/** Given to Python among its arguments: as a file it would lie in a folder that may be full, or another user's. */
export const pythonProgram = String.raw`
import sys
# The working folder, which holds the functions: one of them may be called like a module of Python's own.
sys.path[:] = [path for path in sys.path if path]
import importlib.util, io, json, os, struct, time, traceback, types

file, name = sys.argv[1], sys.argv[2]
inbox, outbox = os.fdopen(3, "rb"), os.fdopen(4, "wb", buffering=0)
limit = 6 * 1024 * 1024

def send(head, body=""):
    head, body = json.dumps(head).encode(), body.encode("utf-8", "replace")
    data = struct.pack("<II", len(head), len(body)) + head + body
    while data:
        data = data[outbox.write(data):]

class Lines(io.RawIOBase):
    """Lines go the same way as results, so that they arrive in order and before the result."""
    def __init__(self, stream, descriptor):
        self.stream, self.descriptor, self.rest = stream, descriptor, b""
    def writable(self):
        return True
    def fileno(self):
        return self.descriptor
    def write(self, data):
        data = bytes(data)
        *whole, self.rest = (self.rest + data).split(b"\n")
        for line in whole:
            send({"kind": "line", "stream": self.stream}, line.decode("utf-8", "replace"))
        return len(data)
    def finish(self):
        if self.rest:
            self.write(b"\n")

# Kept apart from sys.stdout and sys.stderr, which a function may replace. Those are what they are everywhere else:
# they have bytes below (.buffer), a descriptor, and can be set up anew (.reconfigure).
printed = [Lines("stdout", 1), Lines("stderr", 2)]
sys.stdout, sys.stderr = (
    io.TextIOWrapper(lines, encoding="utf-8", errors="replace", newline="\n", write_through=True) for lines in printed
)

def failure(kind, message, request=None, stack=()):
    body = {"errorMessage": message, "errorType": kind}
    if request is not None:
        body["requestId"] = request
    body["stackTrace"] = list(stack)
    return json.dumps(body)

def stack_of(error):
    frames = traceback.extract_tb(error.__traceback__)
    return traceback.format_list([frame for frame in frames if frame.filename != "<string>" and "importlib" not in frame.filename])

def unloadable(kind, message, stack=()):
    text = failure(kind, message, None, stack)
    sys.stderr.write(text + "\n")
    send({"kind": "unloadable"}, text)
    os._exit(1)

def load():
    sys.path.insert(0, os.path.dirname(file))
    try:
        spec = importlib.util.spec_from_file_location(name.replace("-", "_"), file)
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
    except SyntaxError as error:
        unloadable("Runtime.UserCodeSyntaxError", f"Syntax error in module '{name}': {error}")
    except ImportError as error:
        unloadable("Runtime.ImportModuleError", f"Unable to import module '{name}': {error}", stack_of(error))
    except BaseException as error:
        unloadable(type(error).__name__, str(error), stack_of(error))
    for wanted in ("handler", "lambda_handler"):
        found = getattr(module, wanted, None)
        if callable(found):
            return found
    unloadable("Runtime.HandlerNotFound", f"Handler 'handler' missing on module '{name}'")

def context_of(frame):
    deadline = time.monotonic() + frame["budget"] / 1000
    client = frame.get("clientContext")
    return types.SimpleNamespace(
        function_name=name,
        function_version="$LATEST",
        invoked_function_arn=frame["functionArn"],
        memory_limit_in_mb=os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", ""),
        aws_request_id=frame["requestId"],
        log_group_name=f"/aws/lambda/{name}",
        log_stream_name=f"local/{os.getpid()}",
        identity=None,
        client_context=None if client is None else json.loads(client),
        get_remaining_time_in_millis=lambda: max(0, int((deadline - time.monotonic()) * 1000)),
    )

def answer(handler, frame, body):
    request = frame["requestId"]
    try:
        result = handler(json.loads(body), context_of(frame))
    except SystemExit:
        raise
    except BaseException as error:
        return {"kind": "failed", "dying": False}, failure(type(error).__name__, str(error), request, stack_of(error))
    try:
        text = json.dumps(result, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        return {"kind": "failed", "dying": False}, failure("Runtime.MarshalError", f"Unable to marshal response: {error}", request)
    if len(text.encode("utf-8", "replace")) > limit:
        message = f"Response payload size exceeded maximum allowed payload size ({limit} bytes)."
        return {"kind": "failed", "dying": False}, failure("Function.ResponseSizeTooLarge", message)
    return {"kind": "succeeded"}, text

def read(length):
    data = inbox.read(length)
    if len(data) < length:
        os._exit(0)
    return data

handler = load()
send({"kind": "ready"})
while True:
    sizes = struct.unpack("<II", read(8))
    frame = json.loads(read(sizes[0]))
    head, body = answer(handler, frame, read(sizes[1]))
    for lines in printed:
        lines.finish()
    send(head, body)
`;

export function isPython(file: string): boolean {
  return file.endsWith(".py");
}
