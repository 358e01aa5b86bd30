/** Where traces go, as OpenTelemetry's own environment variables say it: one endpoint for every tool of a system. */

export interface OtlpSettings {
  /** Where spans are POSTed to, path included. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMilliseconds: number;
  /** What all spans are of: `service.name` and whatever else was given. */
  readonly resource: Readonly<Record<string, string>>;
}

type Environment = Readonly<Record<string, string | undefined>>;

const usualTimeoutMilliseconds = 10_000;

/**
 * `endpoint`: the collector's address, before all that the environment says. Undefined: nobody collects.
 * https://opentelemetry.io/docs/specs/otel/protocol/exporter/
 */
export function otlpSettings(env: Environment, endpoint?: string): OtlpSettings | undefined {
  const base = endpoint ?? env["OTEL_EXPORTER_OTLP_ENDPOINT"];
  const own = endpoint === undefined ? env["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] : undefined;
  const url = own || (base && `${base.replace(/\/$/, "")}/v1/traces`);
  if (!url || env["OTEL_SDK_DISABLED"]?.toLowerCase() === "true") return undefined;
  if (!/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : ""))
    throw new Error(`the endpoint for traces must be a URL that begins with http:// or https://, but was: ${url}`);
  return {
    url,
    headers: { ...pairsIn(env, "OTEL_EXPORTER_OTLP_HEADERS"), ...pairsIn(env, "OTEL_EXPORTER_OTLP_TRACES_HEADERS") },
    timeoutMilliseconds:
      Number(env["OTEL_EXPORTER_OTLP_TRACES_TIMEOUT"] || env["OTEL_EXPORTER_OTLP_TIMEOUT"]) || usualTimeoutMilliseconds,
    resource: {
      "service.name": "baton",
      ...pairsIn(env, "OTEL_RESOURCE_ATTRIBUTES"),
      ...(env["OTEL_SERVICE_NAME"] && { "service.name": env["OTEL_SERVICE_NAME"] }),
    },
  };
}

/** `name=value,name=value`, percent-encoded. */
function pairsIn(env: Environment, variable: string): Record<string, string> {
  const pairs = (env[variable] ?? "").split(",").filter((pair) => pair.trim() !== "");
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf("=");
      if (at < 1) throw new Error(`${variable} must be of the form name=value,name=value, but has: ${pair}`);
      return [pair.slice(0, at).trim(), decoded(pair.slice(at + 1).trim())];
    }),
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a lone % is one
  }
}
