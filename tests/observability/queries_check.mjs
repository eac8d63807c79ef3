// Reads {language, text} records, one JSON object a line; prints those that Grafana's own grammars do not accept.
// The parsers never throw: a query is wrong when its tree has an error node. Grammar only: labels are not checked.
import {createInterface} from 'node:readline';
import {createRequire} from 'node:module';
import {pathToFileURL} from 'node:url';

// The packages are installed outside the checkout: MARKET_NODE_MODULES says where.
const require = createRequire(`${process.env.MARKET_NODE_MODULES}/`);
const load = async (name) => (await import(pathToFileURL(require.resolve(name)))).parser;
const parsers = {loki: await load('@grafana/lezer-logql'), tempo: await load('@grafana/lezer-traceql')};

function errors(parser, text) {
  const found = [];
  parser.parse(text).iterate({enter: (node) => { if (node.type.isError) found.push(node.from); }});
  return found;
}

for await (const line of createInterface({input: process.stdin})) {
  const {where, language, text} = JSON.parse(line);
  const at = errors(parsers[language], text);
  if (at.length > 0) console.log(`${where}: error at ${at.join(', ')} of ${text}`);
}
