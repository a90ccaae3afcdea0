// Sums the result files of test runs: node count-results.mjs FOLDER NAME=EXIT_CODE…
// Prints why tests were skipped, which failed, and last the counts. Fails where a test failed, a runner crashed, or nothing ran.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const [folder, ...runs] = process.argv.slice(2);
const entities = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
const decode = (text) =>
  text
    .replace(/&#x([0-9a-f]+);/gi, (_, digits) => String.fromCodePoint(parseInt(digits, 16)))
    .replace(/&#(\d+);/g, (_, digits) => String.fromCodePoint(Number(digits)))
    .replace(/&(lt|gt|quot|apos|amp);/g, (_, name) => entities[name]);
const attribute = (tag, name) => decode(tag.match(new RegExp(`\\s${name}="([^"]*)"`))?.[1] ?? "");

function read(file) {
  const text = readFileSync(file, "utf8");
  const counters = text.match(/<Counters\s[^>]*>/)?.[0];
  if (!counters) return null;
  const count = (name) => Number(attribute(counters, name));
  const classes = new Map(
    [...text.matchAll(/<UnitTest\s[^>]*\sid="([^"]*)"[^>]*>[\s\S]*?<TestMethod\s([^>]*)>/g)].map(([, id, method]) => [
      id,
      attribute(` ${method}`, "className"),
    ]),
  );
  const results = [...text.matchAll(/<UnitTestResult\s[^>]*?(?:\/>|>[\s\S]*?<\/UnitTestResult>)/g)].map(([result]) => ({
    name: [classes.get(attribute(result, "testId")), attribute(result, "testName")].filter(Boolean).join("."),
    outcome: attribute(result, "outcome"),
    message: decode(result.match(/<Message>([\s\S]*?)<\/Message>/)?.[1] ?? "").trim().split("\n")[0],
  }));
  return { total: count("total"), executed: count("executed"), passed: count("passed"), results };
}

const sum = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
const skips = new Map();
for (const run of runs) {
  const [name, code] = run.split("=");
  const file = join(folder, `${name}.trx`);
  const found = existsSync(file) ? read(file) : null;
  const failed = found ? found.executed - found.passed : 0;
  // A runner that broke off counts as one failure: what it did not get to is unknown.
  const crashed = !found || (code !== "0" && failed === 0);
  if (crashed) failures.push(`${name}: the runner ended with ${code} and left ${found ? "no failed test" : "no results"}`);
  sum.failed += failed + (crashed ? 1 : 0);
  if (!found) continue;
  sum.passed += found.passed;
  sum.skipped += found.total - found.executed;
  for (const { name: test, outcome, message } of found.results) {
    if (outcome === "NotExecuted") skips.set(message, [...(skips.get(message) ?? []), test]);
    else if (outcome !== "Passed") failures.push(test);
  }
}

for (const [reason, tests] of skips) console.log(`skipped ${tests.length}: ${reason || "no reason given"}`);
for (const failure of failures) console.log(`failed: ${failure}`);
if (sum.passed + sum.failed === 0) console.log("No test ran.");
console.log(`${sum.passed} passed, ${sum.failed} failed${sum.skipped ? `, ${sum.skipped} skipped` : ""}`);
process.exitCode = sum.failed > 0 || sum.passed === 0 ? 1 : 0;
