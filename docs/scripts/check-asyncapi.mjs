// Holds the AsyncAPI document of platform-api against the schema of AsyncAPI 3.0, and each example against the schema of its message.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';

const require = createRequire(import.meta.url);
const DOCUMENT = new URL('../../services/platform-api/asyncapi.json', import.meta.url);

const options = { allErrors: true, strict: false, validateFormats: true };
const make = () => addFormats(new Ajv(options));
const document = JSON.parse(await readFile(DOCUMENT, 'utf8'));
const faults = [];
const note = (what, errors) =>
  faults.push(...errors.map((error) => `${what}${error.instancePath}: ${error.message}`));

const schema = require('@asyncapi/specs/schemas/3.0.0-without-$id.json');
const whole = make().compile(schema);
if (!whole(document)) note('asyncapi.json', whole.errors);

const ajv = make().addSchema(document, 'asyncapi.json');
let examples = 0;
for (const [name, message] of Object.entries(document.components.messages)) {
  const validate = ajv.compile({ $ref: `asyncapi.json${message.payload.$ref}` });
  for (const example of message.examples) {
    examples += 1;
    if (!validate(example.payload)) note(`the example of ${name}`, validate.errors);
  }
}

for (const fault of faults) console.error(`error: ${fault}`);
console.log(`asyncapi.json: ${examples} examples, ${faults.length} faults`);
process.exit(faults.length === 0 && examples > 10 ? 0 : 1);
