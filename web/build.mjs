// Bundles the console and the licences of what is in it; with --check, says whether what is committed is what comes out.
import { readFile, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "src", "calcigraph", "serve", "static");

const made = await build({
  absWorkingDir: here,
  entryPoints: ["src/main.js"],
  bundle: true,
  format: "iife",
  legalComments: "none",
  metafile: true,
  minify: true,
  target: "es2021",
  write: false,
});

const packages = [
  ...new Set(
    Object.keys(made.metafile.inputs)
      .map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1])
      .filter(Boolean),
  ),
].sort();

async function licence(name) {
  const folder = join(here, "node_modules", name);
  const { version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const file = (await readdir(folder)).find((one) => /^licen[cs]e/i.test(one));
  if (!file) throw new Error(`${name} has no licence file`);
  return `${name} ${version} (${license})\n\n${(await readFile(join(folder, file), "utf8")).trim()}\n`;
}

const files = {
  "console.js": made.outputFiles[0].text,
  "console-licences.txt": (await Promise.all(packages.map(licence))).join("\n----\n\n"),
};
let differ = false;
for (const [name, text] of Object.entries(files)) {
  const path = join(out, name);
  if (!process.argv.includes("--check")) await writeFile(path, text);
  else if ((await readFile(path, "utf8")) !== text) {
    console.error(`${path} is not what the sources in web/ make: run npm run build there.`);
    differ = true;
  }
}
process.exitCode = differ ? 1 : 0;
