// Compiles MJML documents for the tests: one JSON string a line in, one JSON object a line out.
import { createInterface } from "node:readline";
import { createRequire } from "node:module";

// The packages stand in a cache folder, not beside this file.
const require = createRequire(`${process.argv[2]}/`);
const mjml = require("mjml");
const compile = mjml.default ?? mjml;

for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    const { html, errors } = await compile(JSON.parse(line), { validationLevel: "soft" });
    answer = { html, errors: errors.map((error) => error.formattedMessage) };
  } catch (error) {
    answer = { html: null, errors: [String(error)] };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
