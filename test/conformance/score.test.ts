import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { details, failureLines, table } from './report.ts';
import { readResults, score, type Exception } from './score.ts';

const root = '/anywhere/suite/TP/NGSI-LD/ContextInformation/Provision/Entities';
const output = `<?xml version="1.0" encoding="UTF-8"?>
<robot generator="Robot 7.4.1" schemaversion="5">
<suite id="s1" name="Entities" source="${root}">
 <suite id="s1-s1" name="001 02" source="${root}/CreateEntity/001_02.robot">
  <kw name="Setup" type="SETUP">
   <msg time="t" level="INFO">POST Request : url=http://a/entities
 body=None</msg>
   <status status="PASS" start="t" elapsed="1"/>
  </kw>
  <test id="s1-s1-t1" name="001_02_01 InvalidJson" line="11">
   <kw name="POST">
    <msg time="t" level="INFO">POST Request : url=http://a/entities
 path_url=/entities
 headers={'User-Agent': 'python-requests/2', 'Link': '&lt;http://b&gt;; rel="c"'}
 body=b'{"id"'</msg>
    <msg time="t" level="INFO">POST Response : url=http://a/entities
 status=400, reason=Bad Request
 headers={'content-type': 'application/json', 'Date': 'today'}
 body={"a":
 1}
 </msg>
    <msg time="t" level="INFO">\${response} = &lt;Response [400]&gt;</msg>
    <status status="PASS" start="t" elapsed="1"/>
   </kw>
   <tag>5_6_1</tag>
   <status status="PASS" start="t" elapsed="1"/>
  </test>
  <test id="s1-s1-t2" name="001_02_02 EmptyJson" line="14">
   <kw name="Output Notification"><msg time="t" level="INFO">Notification -&gt;</msg><msg time="t" level="INFO">{"body": 1}</msg></kw>
   <kw name="Check"><msg time="t" level="FAIL">400 != 201</msg><status status="FAIL" start="t" elapsed="1">400 != 201</status></kw>
   <status status="FAIL" start="t" elapsed="1">Comparison failed:

 400 != 201</status>
  </test>
 </suite>
 <suite id="s1-s2" name="002 01" source="${root}/DeleteEntity/002_01.robot">
  <test id="s1-s2-t1" name="002_01_01 Delete" line="1"><status status="FAIL" start="t" elapsed="1">204 != 404</status></test>
  <test id="s1-s2-t2" name="002_01_02 Other" line="2"><status status="SKIP" start="t" elapsed="1">no reason</status></test>
  <status status="FAIL" start="t" elapsed="1"/>
 </suite>
 <status status="FAIL" start="t" elapsed="1"/>
</suite>
<errors><msg time="t" level="ERROR">a library was not found</msg></errors>
</robot>`;

const create = 'ContextInformation/Provision/Entities/CreateEntity/001_02';
const remove = 'ContextInformation/Provision/Entities/DeleteEntity/002_01';
const files = [
  { path: create, cases: ['001_02_01 InvalidJson', '001_02_02 EmptyJson', '001_02_03 NeverRun'], alone: false },
  { path: remove, cases: ['002_01_01 Delete', '002_01_02 Other'], alone: false },
];
const excepting = (message: string, ...cases: string[]): Exception[] => [
  { cases, message, clause: '5.6.1.4', reason: 'the suite is wrong' },
];

suite('conformance score', () => {
  test('every case has its file, status and message', () => {
    const results = readResults(output);
    assert.deepEqual(
      results.map(({ file, name, status }) => [file, name, status]),
      [
        [create, '001_02_01 InvalidJson', 'pass'],
        [create, '001_02_02 EmptyJson', 'fail'],
        [remove, '002_01_01 Delete', 'fail'],
        [remove, '002_01_02 Other', 'skip'],
      ],
    );
    assert.match(results[1]?.message ?? '', /^Comparison failed:\n\n 400 != 201$/);
  });

  test('the exchange holds requests, notifications and failures, those of the set-up first', () => {
    const [invalid, empty] = readResults(output);
    assert.equal(invalid?.log.length, 3);
    assert.deepEqual(empty?.log.slice(1), ['{"body": 1}', '400 != 201']);
  });

  test('details show an exchange without the headers that every request has', () => {
    const [invalid, empty] = readResults(output);
    assert.ok(invalid && empty);
    assert.equal(
      details(invalid),
      `== 001_02_01 InvalidJson  [${create}]  pass

> POST http://a/entities

> POST http://a/entities
  Link: <http://b>; rel="c"
  b'{"id"'

< 400 Bad Request
  content-type: application/json
  {"a":
 1}

-- 
`,
    );
    assert.match(details(empty), /400 != 201\n\n-- Comparison failed/);
  });

  test('a failure that no exception explains is counted and named, and so is what was not run', () => {
    const found = score(files, readResults(output), []);
    assert.deepEqual(failureLines(found), [
      '001_02_02 EmptyJson: Comparison failed: 400 != 201',
      '002_01_01 Delete: 204 != 404',
    ]);
    assert.deepEqual(
      found.rows.map(({ directory, cases, pass, fail, skip, missing }) => [
        directory,
        cases,
        pass,
        fail,
        skip,
        missing,
      ]),
      [
        ['Provision/Entities/CreateEntity', 3, 1, 1, 0, 1],
        ['Provision/Entities/DeleteEntity', 2, 0, 1, 1, 0],
      ],
    );
    assert.match(table(found.rows, 2), /^Provision\/Entities +5 +1 +2 +0 +1 +1$/m);
  });

  test('an exception covers its own case only, and one that passes is called stale', () => {
    const found = score(files, readResults(output), excepting('204 !=', '002_01_01 Delete', '001_02_01 InvalidJson'));
    assert.deepEqual(
      found.failures.map(({ name }) => name),
      ['001_02_02 EmptyJson'],
    );
    assert.equal(found.rows[1]?.excepted, 1);
    assert.deepEqual(found.stale, ['001_02_01 InvalidJson']);
  });

  test('a case that fails in another way than the exception says is a failure', () => {
    const found = score(files, readResults(output), excepting('204 != 400', '002_01_01 Delete'));
    assert.equal(found.failures.length, 2);
    assert.equal(found.rows[1]?.excepted, 0);
  });

  test('an output that was cut off is an error, not a score', () => {
    assert.throws(() => readResults(output.slice(0, output.indexOf('<errors>'))));
  });
});
