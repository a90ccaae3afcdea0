// ID tokens by an independent implementation (npm jose).
//   node id-token.mjs <issuer> <unix-now>   prints {keys, good: [{name, token}], bad: [{name, token}]}
import { SignJWT, UnsecuredJWT, exportJWK, exportSPKI, generateKeyPair } from "jose";

const algorithms = ["ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];
const [issuer, seconds] = process.argv.slice(2);
const now = Number(seconds);
let serial = 0;

function claims(changes = {}) {
  return { iss: issuer, sub: "repo:acme/orders", aud: "credbroker", iat: now, exp: now + 300, jti: `jose-${serial++}`, ...changes };
}

const keys = {};
const set = { keys: [] };
const good = [];
for (const alg of algorithms) {
  keys[alg] = await generateKeyPair(alg, { extractable: true });
  set.keys.push({ ...(await exportJWK(keys[alg].publicKey)), use: "sig", alg, kid: `jose-${alg}` });
  const header = { alg, kid: `jose-${alg}`, typ: "JWT", x5t: "ignored" };
  good.push({ name: alg, token: await new SignJWT(claims()).setProtectedHeader(header).sign(keys[alg].privateKey) });
}

const header = { alg: "RS256", kid: "jose-RS256" };
const key = keys.RS256.privateKey;
const sign = (changes, protectedHeader = header, signer = key) => new SignJWT(claims(changes)).setProtectedHeader(protectedHeader).sign(signer);
const spki = new TextEncoder().encode(await exportSPKI(keys.RS256.publicKey));
const bad = [
  { name: "unsecured", token: new UnsecuredJWT(claims()).encode() },
  { name: "hmac with the public key", token: await new SignJWT(claims()).setProtectedHeader({ ...header, alg: "HS256" }).sign(spki) },
  { name: "embedded key", token: await sign({}, { ...header, jwk: await exportJWK(keys.RS256.publicKey) }) },
  { name: "another kid", token: await sign({}, { ...header, kid: "jose-RS384" }) },
  { name: "padding of another algorithm", token: await sign({}, { ...header, alg: "PS256" }, keys.PS256.privateKey) },
  { name: "no kid", token: await sign({}, { alg: "RS256" }) },
  { name: "access token", token: await sign({}, { ...header, typ: "at+jwt" }) },
  { name: "logout token", token: await sign({}, { ...header, typ: "logout+jwt" }) },
  { name: "foreign audience", token: await sign({ aud: ["elsewhere"] }) },
  { name: "trailing slash", token: await sign({ iss: `${issuer}/` }) },
  { name: "another issuer", token: await sign({ iss: "https://elsewhere.test" }) },
  { name: "expired", token: await sign({ iat: now - 600, exp: now - 300 }) },
  { name: "not yet", token: await sign({ nbf: now + 120 }) },
  { name: "no name", token: await sign({ jti: undefined }) },
  { name: "a year long", token: await sign({ exp: now + 365 * 86400 }) },
];

process.stdout.write(JSON.stringify({ keys: set, good, bad }));
