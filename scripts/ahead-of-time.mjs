// Compiles what brokers run ahead of time, in place, in the folder of an assembly's tests: those start brokers by the hundred that live
// for seconds, and most of such a life is compiling. The next build puts back what it has built.
//   node scripts/ahead-of-time.mjs FOLDER
import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const project = "scripts/ahead-of-time.proj";
// What Garnet brings along for clouds, and the tests themselves, would take longer than it spares.
const worth = [
  /^CredBroker(\.(EmbeddedStore|Policy\.Cedar|Protocol|Server|TestHost))?\.dll$/,
  /^(Garnet\.(server|common|host)|Tsavorite\.core|RESPite|StackExchange\.Redis)\.dll$/,
  /^(Google|Grpc|Microsoft\.IdentityModel)\..+\.dll$/,
  /^(Microsoft\.AspNetCore\.Grpc\.JsonTranscoding|OpenTelemetry.*|Polly\.Core|System\.IdentityModel\.Tokens\.Jwt|Wasmtime\.Dotnet|YamlDotNet)\.dll$/,
];

const dotnet = (...words) => execFileSync("dotnet", words, { encoding: "utf8" });

/** The compiler of the present SDK, as NuGet has put it down. */
function findCompiler() {
  dotnet("restore", project, "--disable-build-servers", "--verbosity", "quiet");
  const answer = JSON.parse(dotnet("msbuild", project, "-target:ResolveFrameworkReferences", "-getItem:ResolvedCrossgen2Pack"));
  return join(answer.Items.ResolvedCrossgen2Pack[0].PackageDirectory, "tools", "crossgen2");
}

/** The folders of the frameworks that a broker runs on. */
function findFrameworks() {
  const found = new Map();
  for (const [, name, version, folder] of dotnet("--list-runtimes").matchAll(/^(\S+) (10\.\S+) \[(.+)\]$/gm)) found.set(name, join(folder, version));
  return ["Microsoft.NETCore.App", "Microsoft.AspNetCore.App"].map((name) => found.get(name));
}

async function compile(compiler, references, folder, assembly) {
  const beside = mkdtempSync(join(folder, "ahead-"));
  try {
    await run(compiler, [join(folder, assembly), "--out", join(beside, assembly), "--targetos", "linux", "-O", ...references]);
    renameSync(join(beside, assembly), join(folder, assembly));
  } finally {
    rmSync(beside, { recursive: true });
  }
}

const [folder] = process.argv.slice(2);
const references = [folder, ...findFrameworks()].flatMap((from) => ["--reference", join(from, "*.dll")]);
const compiler = findCompiler();
const size = (name) => statSync(join(folder, name)).size;
const assemblies = readdirSync(folder).filter((name) => worth.some((one) => one.test(name))).sort((a, b) => size(b) - size(a));
await Promise.all(Array.from({ length: availableParallelism() }, async () => {
  for (let next; (next = assemblies.shift());) await compile(compiler, references, folder, next);
}));
