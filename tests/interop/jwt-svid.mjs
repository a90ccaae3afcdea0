// JWT-SVIDs by an independent implementation (npm jose).
//   node jwt-svid.mjs issue <unix-now>      prints {bundle, good: [{name, svid}], bad: [{name, svid}]}
//   node jwt-svid.mjs verify <audience> <unix-now>   reads {bundle, svid} on stdin, prints the claims
import { readFileSync } from "node:fs";
import { CompactEncrypt, CompactSign, SignJWT, UnsecuredJWT, exportJWK, exportSPKI, generateKeyPair, importJWK, jwtVerify, decodeProtectedHeader } from "jose";

const algorithms = ["ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];
const subject = "spiffe://acme.test/agent/x";

function unsigned(now, changes = {}) {
  return new SignJWT({ sub: subject, aud: "credbroker", iat: now, exp: now + 300, ...changes });
}

async function issue(now) {
  const keys = {};
  const bundle = { keys: [], spiffe_sequence: 1, spiffe_refresh_hint: 60 };
  const good = [];
  for (const alg of algorithms) {
    keys[alg] = await generateKeyPair(alg, { extractable: true });
    bundle.keys.push({ ...(await exportJWK(keys[alg].publicKey)), use: "jwt-svid", kid: `jose-${alg}` });
    const svid = await unsigned(now).setProtectedHeader({ alg, kid: `jose-${alg}`, typ: "JWT" }).sign(keys[alg].privateKey);
    good.push({ name: alg, svid });
  }

  const header = { alg: "ES256", kid: "jose-ES256" };
  const key = keys.ES256.privateKey;
  const sign = (changes, protectedHeader = header) => unsigned(now, changes).setProtectedHeader(protectedHeader).sign(key);
  const spki = new TextEncoder().encode(await exportSPKI(keys.ES256.publicKey));
  const claims = { sub: subject, aud: "credbroker", iat: now, exp: now + 300 };
  const bad = [
    { name: "unsecured", svid: new UnsecuredJWT(claims).encode() },
    { name: "hmac with the public key", svid: await unsigned(now).setProtectedHeader({ ...header, alg: "HS256" }).sign(spki) },
    { name: "embedded key", svid: await sign({}, { ...header, jwk: await exportJWK(keys.ES256.publicKey) }) },
    { name: "critical b64", svid: await sign({}, { ...header, crit: ["b64"], b64: true }) },
    { name: "another kid", svid: await sign({}, { ...header, kid: "jose-ES384" }) },
    { name: "no kid", svid: await sign({}, { alg: "ES256" }) },
    { name: "access token", svid: await sign({}, { ...header, typ: "at+jwt" }) },
    { name: "foreign audience", svid: await sign({ aud: ["elsewhere"] }) },
    { name: "expired", svid: await sign({ iat: now - 600, exp: now - 300 }) },
    { name: "not yet", svid: await sign({ nbf: now + 120 }) },
    { name: "fractional expiry", svid: await sign({ exp: now + 60.5 }) },
    { name: "another trust domain", svid: await sign({ sub: "spiffe://other.test/agent/x" }) },
    { name: "no workload", svid: await sign({ sub: "spiffe://acme.test" }) },
    { name: "not JSON", svid: await new CompactSign(new TextEncoder().encode("hello")).setProtectedHeader(header).sign(key) },
    {
      name: "encrypted",
      svid: await new CompactEncrypt(new TextEncoder().encode(JSON.stringify(claims)))
        .setProtectedHeader({ alg: "ECDH-ES", enc: "A256GCM" })
        .encrypt(await importJWK(await exportJWK(keys.ES256.publicKey), "ECDH-ES")),
    },
  ];
  return { bundle, good, bad };
}

async function verify(audience, now) {
  const { bundle, svid } = JSON.parse(readFileSync(0, "utf8"));
  const { kid, alg } = decodeProtectedHeader(svid);
  const jwk = bundle.keys.find((one) => one.kid === kid && one.use === "jwt-svid");
  const options = { audience, algorithms, requiredClaims: ["sub", "exp"], currentDate: new Date(now * 1000) };
  const { payload } = await jwtVerify(svid, await importJWK({ ...jwk, use: undefined }, alg), options);
  return payload;
}

const [command, ...args] = process.argv.slice(2);
const result = command === "issue" ? await issue(Number(args[0])) : await verify(args[0], Number(args[1]));
process.stdout.write(JSON.stringify(result));
