/**
 * What serverless.yml knows as its functions: by domain, and `all` of them. The routing tables are found by
 * convention, so a new domain is no change here.
 */
const domains = require('../domains.json');

const tables = Object.keys(domains).map((domain) => [domain, `\${file(functions/${domain}/functions.yml)}`]);

module.exports = { ...Object.fromEntries(tables), all: tables.map(([, table]) => table) };
