// ZoneMTA's bounce rules over replies, one a line: node zonemta.cjs PACKAGE_FOLDER FILE. Prints the seconds that it took.
'use strict';

const Module = require('module');
const path = require('path');
const fs = require('fs');

// Its log is all that the rules need of ZoneMTA's dependencies.
const load = Module._load;
const silent = { error() {}, info() {}, verbose() {} };
Module._load = (request, ...more) => (request === 'npmlog' ? silent : load(request, ...more));

const bounces = require(path.join(process.argv[2], 'lib', 'bounces.js'));
if (!bounces.rules) {
    bounces.reloadBounces();
}
const replies = fs.readFileSync(process.argv[3], 'utf-8').split('\n').filter(line => line);
const counts = new Map();
const begin = process.hrtime.bigint();
for (const reply of replies) {
    const category = bounces.check(reply).category || 'none';
    counts.set(category, (counts.get(category) || 0) + 1);
}
console.log(Number(process.hrtime.bigint() - begin) / 1e9);
console.error(`${bounces.rules.length} rules, ${replies.length} replies, ${counts.size} categories`);
