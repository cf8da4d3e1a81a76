// Decompress what the Chromium package holds: node unpack.js FROM TO. Python's own library reads no brotli.
const fs = require("node:fs");
const path = require("node:path");
const zlib = require("node:zlib");

const [from, to] = process.argv.slice(2);
for (const name of fs.readdirSync(from).filter((file) => file.endsWith(".br"))) {
  const bytes = zlib.brotliDecompressSync(fs.readFileSync(path.join(from, name)));
  fs.writeFileSync(path.join(to, name.slice(0, -".br".length)), bytes);
}
