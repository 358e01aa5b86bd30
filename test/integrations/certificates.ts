/** Certificates for a day, made by openssl: an authority of the tests' own, and servers that it vouches for. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

export interface Authority {
  readonly cert: string;
  /** `names`: as OpenSSL writes them, `IP:127.0.0.1,DNS:localhost`. */
  vouchFor(names: string): Certificate;
}

/** Undefined: it is there. */
export const missingOpenssl = hasOpenssl() ? undefined : "openssl 3 is not installed";

function hasOpenssl(): boolean {
  try {
    return /^OpenSSL [3-9]/.test(execFileSync("openssl", ["version"], { encoding: "utf8", stdio: "pipe" }));
  } catch {
    return false;
  }
}

export function makeAuthority(): Authority {
  const authority = make(["-addext", "keyUsage=critical,keyCertSign"]);
  return {
    cert: authority.cert,
    vouchFor: (names) =>
      make(["-addext", "basicConstraints=critical,CA:FALSE", "-addext", `subjectAltName=${names}`], authority),
  };
}

function make(more: readonly string[], by?: Certificate): Certificate {
  const folder = mkdtempSync(join(tmpdir(), "baton-certificates-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  try {
    const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"];
    const signed = by === undefined ? [] : ["-CA", join(folder, "ca.pem"), "-CAkey", join(folder, "ca-key.pem")];
    if (by !== undefined) {
      writeFileSync(join(folder, "ca.pem"), by.cert);
      writeFileSync(join(folder, "ca-key.pem"), by.key);
    }
    const subject = ["-subj", by === undefined ? "/CN=Authority of the tests" : "/CN=Server of the tests"];
    execFileSync("openssl", ["req", ...kind, ...subject, "-keyout", key, "-out", cert, ...signed, ...more], {
      stdio: "pipe",
    });
    return { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
