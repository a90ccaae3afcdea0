// Verifies an access token as a service in another language would: by the key set and by jose, which shares nothing with the
// broker. Reads {token, keys, issuer, audience, now} on standard input; writes {header, claims, thumbprint} or {error}.
import { readFileSync } from "node:fs";
import { calculateJwkThumbprint, createLocalJWKSet, jwtVerify } from "jose";

const ask = JSON.parse(readFileSync(0, "utf8"));
let answer;
try {
  const { payload, protectedHeader } = await jwtVerify(ask.token, createLocalJWKSet(ask.keys), {
    issuer: ask.issuer,
    audience: ask.audience,
    typ: "at+jwt",
    algorithms: ["ES256"],
    currentDate: new Date(ask.now),
    clockTolerance: 0,
  });
  answer = { header: protectedHeader, claims: payload, thumbprint: await calculateJwkThumbprint(ask.keys.keys[0]) };
} catch (error) {
  answer = { error: error.code ?? String(error) };
}
process.stdout.write(JSON.stringify(answer));
