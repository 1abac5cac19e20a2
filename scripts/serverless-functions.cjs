/**
 * What serverless.yml knows as its functions: by domain, and `all` of them. The routing tables are found by
 * convention, so a new domain is no change here.
 */
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { parse } = require('yaml');
const domains = require('../domains.json');

const functionsOf = (domain) =>
  parse(readFileSync(join(__dirname, '..', 'functions', domain, 'functions.yml'), 'utf8')) ?? {};

const byDomain = Object.fromEntries(Object.keys(domains).map((domain) => [domain, functionsOf(domain)]));

module.exports = { ...byDomain, all: Object.assign({}, ...Object.values(byDomain)) };
