import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { Problem, type ProblemKind } from '../../base/problem.ts';
import { checkpointText, openCheckpoint, parseCheckpointText } from './checkpoint.ts';
import { newPrivateKey, openSigner, sha256, tree, verifyEd25519 } from './keys.ts';
import { equal, type Hash, type ReadHash } from './merkle.ts';
import { formatNote, formatVerifier, parseNote, parseVerifier, signatureTypes, verifierOf } from './note.ts';
import { formatProof, parseProof, verifyProof } from './proof.ts';
import { bundle, firstForeign, hashesOf, newTiles, parseTilePath, tilePath, unbundle } from './tiles.ts';

const problem = (kind: ProblemKind, words: RegExp) => (error: unknown) =>
  error instanceof Problem && error.kind === kind && words.test(error.message);
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const leavesOf = (count: number, salt = ''): Uint8Array[] =>
  Array.from({ length: count }, (_, n) => bytesOf(`entry ${n} ${salt}`));

/** RFC 6962, 2.1, word for word. */
function naiveRoot(entries: readonly Uint8Array[]): Hash {
  const [only] = entries;
  if (!only) return sha256(new Uint8Array());
  if (entries.length === 1) return sha256(Uint8Array.of(0, ...only));
  let k = 1;
  while (k * 2 < entries.length) k *= 2;
  return sha256(Uint8Array.of(1, ...naiveRoot(entries.slice(0, k)), ...naiveRoot(entries.slice(k))));
}

const readerOf =
  (entries: readonly Uint8Array[]): ReadHash =>
  async (level, index) => {
    const part = entries.slice(index * 2 ** level, (index + 1) * 2 ** level);
    assert.equal(part.length, 2 ** level, 'only complete subtrees are read');
    return naiveRoot(part);
  };

describe('the tree of RFC 6962', () => {
  test('the roots of the reference trees are those that Certificate Transparency publishes', async () => {
    const entries = [
      '',
      '00',
      '10',
      '2021',
      '3031',
      '40414243',
      '5051525354555657',
      '606162636465666768696a6b6c6d6e6f',
    ].map((hex) => new Uint8Array(Buffer.from(hex, 'hex')));
    assert.equal(
      Buffer.from(await tree.root(8, readerOf(entries))).toString('hex'),
      '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
    );
    assert.equal(
      Buffer.from(await tree.root(0, readerOf([]))).toString('hex'),
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
  });

  test('every entry of every small tree is proven, and at no other place, in no other tree', async () => {
    for (let size = 1; size <= 40; size++) {
      const entries = leavesOf(size);
      const read = readerOf(entries);
      const root = await tree.root(size, read);
      assert.deepEqual(root, naiveRoot(entries));
      for (let index = 0; index < size; index++) {
        const proof = await tree.inclusion(index, size, read);
        const leaf = tree.leaf(entries[index] ?? new Uint8Array());
        assert.ok(tree.includes(proof, leaf, index, size, root));
        assert.ok(!tree.includes(proof, leaf, index + 1, size, root));
        assert.ok(!tree.includes([...proof, root], leaf, index, size, root));
        assert.ok(!tree.includes(proof.slice(1), leaf, index, size, root) || proof.length === 0);
        assert.ok(!tree.includes(proof, tree.leaf(bytesOf('other')), index, size, root));
      }
    }
  });

  test('every small tree is proven to contain each smaller one, and no forged one', async () => {
    for (let to = 0; to <= 34; to++) {
      const read = readerOf(leavesOf(to));
      const whole = { size: to, root: await tree.root(to, read) };
      for (let from = 0; from <= to; from++) {
        const old = { size: from, root: await tree.root(from, read) };
        const proof = await tree.consistency(from, to, read);
        assert.ok(tree.isConsistent(proof, old, whole), `${from} in ${to}`);
        if (from > 0)
          assert.ok(!tree.isConsistent(proof, { size: from, root: naiveRoot(leavesOf(from, 'forged')) }, whole));
        if (from > 0) assert.ok(!tree.isConsistent([...proof, whole.root], old, whole));
        if (proof.length > 0) assert.ok(!tree.isConsistent(proof.slice(1), old, whole));
      }
    }
  });

  test('a flipped bit anywhere in a proof is noticed', () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 300 }), fc.nat(), fc.nat(), async (size, place, bit) => {
        const entries = leavesOf(size);
        const read = readerOf(entries);
        const index = place % size;
        const proof = await tree.inclusion(index, size, read);
        const at = bit % (proof.length * 256);
        const changed = proof.map((hash) => new Uint8Array(hash));
        const byte = changed[at >> 8];
        if (byte) byte[(at & 255) >> 3] = (byte[(at & 255) >> 3] ?? 0) ^ (1 << (at & 7));
        const leaf = tree.leaf(entries[index] ?? new Uint8Array());
        return !tree.includes(changed, leaf, index, size, await tree.root(size, read));
      }),
      { numRuns: 60 },
    ));
});

describe('tiles', () => {
  test('paths are those of the specification, and no other spelling is taken', () => {
    assert.equal(tilePath({ level: 3, index: 1_234_067, width: 256 }), 'tile/3/x001/x234/067');
    assert.equal(tilePath({ level: 'entries', index: 0, width: 12 }), 'tile/entries/000.p/12');
    for (const path of [
      'tile/0/000.p/256',
      'tile/0/000.p/0',
      'tile/00/000',
      'tile/64/000',
      'tile/0/0',
      'tile/0/x000/000',
      'tile/0/../000',
      'tile/0/000/',
    ])
      assert.equal(parseTilePath(path), undefined, path);
    fc.assert(
      fc.property(
        fc.oneof(fc.integer({ min: 0, max: 63 }), fc.constant('entries' as const)),
        fc.nat({ max: 10 ** 12 }),
        fc.integer({ min: 1, max: 256 }),
        (level, index, width) =>
          assert.deepEqual(parseTilePath(tilePath({ level, index, width })), { level, index, width }),
      ),
    );
  });

  test('a tree of 70,000 has the tiles that the specification counts', () => {
    const tiles = [...newTiles(0, 70_000)];
    assert.equal(tiles.filter(({ level, width }) => level === 0 && width === 256).length, 273);
    assert.deepEqual(
      tiles.filter(({ width }) => width < 256).map(({ level, width }) => [level, width]),
      [
        [0, 112],
        [1, 17],
        [2, 1],
      ],
    );
    assert.deepEqual([...newTiles(70_000, 70_000)], []);
    assert.deepEqual(
      [...newTiles(255, 257)].map(({ level, index, width }) => [level, index, width]),
      [
        [0, 0, 256],
        [0, 1, 1],
        [1, 0, 1],
      ],
    );
  });

  test('roots and proofs out of tiles are those out of the entries', async () => {
    const entries = leavesOf(66_000);
    const leaves = entries.map((entry) => tree.leaf(entry));
    const rows: Hash[][] = [leaves];
    while ((rows.at(-1)?.length ?? 0) >= 256) {
      const below = rows.at(-1) ?? [];
      rows.push(
        Array.from({ length: Math.floor(below.length / 256) }, (_, n) => {
          let row = below.slice(n * 256, (n + 1) * 256);
          while (row.length > 1)
            row = row.filter((_hash, at) => at % 2 === 0).map((hash, at) => tree.node(hash, row[2 * at + 1] ?? hash));
          return row[0] ?? new Uint8Array();
        }),
      );
    }
    const read = hashesOf(tree, entries.length, async ({ level, index, width }) =>
      Uint8Array.from((rows[Number(level)] ?? []).slice(index * 256, index * 256 + width).flatMap((hash) => [...hash])),
    );
    const root = await tree.root(entries.length, read);
    for (const index of [0, 255, 256, 65_535, 65_536, 65_999]) {
      const proof = await tree.inclusion(index, entries.length, read);
      assert.ok(tree.includes(proof, leaves[index] ?? new Uint8Array(), index, entries.length, root));
    }
    for (const from of [1, 255, 256, 257, 65_536, 65_999]) {
      const old = { size: from, root: await tree.root(from, read) };
      assert.ok(tree.isConsistent(await tree.consistency(from, 66_000, read), old, { size: 66_000, root }));
    }
  });

  test('a bundle gives its entries back, ends where it ends, and names the first foreign entry', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }), (entries) => {
        const bytes = bundle(entries);
        assert.deepEqual(unbundle(bytes), entries);
        if (bytes.length > 0) assert.throws(() => unbundle(bytes.subarray(0, -1)), /ends within the entry/);
      }),
    );
    assert.throws(() => bundle([new Uint8Array(65_536)]), RangeError);
    const entries = leavesOf(3);
    const tile = Uint8Array.from(entries.flatMap((entry) => [...tree.leaf(entry)]));
    assert.equal(firstForeign(tree, entries, tile), undefined);
    assert.equal(firstForeign(tree, [...leavesOf(1), bytesOf('x'), ...leavesOf(3).slice(2)], tile), 1);
    assert.equal(firstForeign(tree, entries.slice(0, 2), tile), 2);
  });
});

describe('notes and checkpoints', () => {
  test('the example of the specification verifies under its key', () => {
    const verifier = parseVerifier(sha256, 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k');
    const note = parseNote(
      'This is an example message.\n\n\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n',
    );
    const [signature] = note.signatures;
    assert.ok(signature);
    assert.equal(signature.id, verifier.id);
    assert.ok(verifyEd25519(verifier.key, bytesOf(note.text), signature.bytes));
    assert.ok(!verifyEd25519(verifier.key, bytesOf(`${note.text}\n`), signature.bytes));
    assert.equal(formatVerifier(verifier), 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k');
  });

  const log = openSigner(newPrivateKey('city.example/log', signatureTypes.ed25519));
  const witness = openSigner(newPrivateKey('university.example/w1', signatureTypes.cosignature));
  const stranger = openSigner(newPrivateKey('stranger.example', signatureTypes.cosignature));
  const text = checkpointText({ origin: 'city.example/log', size: 7, root: sha256(bytesOf('root')) });
  const keys = { log: [log.verifier], witnesses: [witness.verifier] };
  const signed = formatNote({
    text,
    signatures: [log.sign(text), witness.cosign(text, 1_790_000_000), stranger.cosign(text, 5)],
  });

  test('a checkpoint tells who signed and who witnessed it when; strangers are passed over', () => {
    const { checkpoint, cosigned } = openCheckpoint(signed, keys, verifyEd25519);
    assert.equal(checkpoint.size, 7);
    assert.deepEqual(
      cosigned.map(({ verifier, timestamp }) => [verifier.name, timestamp]),
      [['university.example/w1', 1_790_000_000]],
    );
  });

  test('a checkpoint with any byte changed is refused', () => {
    const bytes = bytesOf(signed);
    const strangers = signed.indexOf('\u2014 stranger');
    for (let at = 0; at < bytesOf(signed.slice(0, strangers)).length; at++) {
      const changed = new Uint8Array(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      const read = new TextDecoder().decode(changed);
      let survived: ReturnType<typeof openCheckpoint> | undefined;
      try {
        survived = openCheckpoint(read, keys, verifyEd25519);
      } catch (error) {
        assert.ok(error instanceof Problem, String(error));
      }
      // A changed name or id makes a signature a stranger's: the witness is then missing, never misread.
      if (survived) {
        assert.ok(
          equal(survived.checkpoint.root, sha256(bytesOf('root'))) && survived.checkpoint.size === 7,
          `byte ${at}`,
        );
        assert.equal(survived.cosigned.length, 0, `byte ${at}`);
      }
    }
  });

  test('what is no checkpoint says so', () => {
    for (const [bad, words] of [
      ['', /no signed note/],
      [text, /no signed note/],
      [`${text}\nnothing\n`, /"nothing" is no signature/],
      [signed.replace('\n7\n', '\n07\n'), /no checkpoint/],
      [signed.replace('\n7\n', '\n-1\n'), /no checkpoint/],
      [signed.replace('city', 'ci\u0007ty'), /control characters/],
    ] as const)
      assert.throws(() => openCheckpoint(bad, keys, verifyEd25519), problem('bad-data', words));
    assert.throws(
      () => openCheckpoint(formatNote({ text, signatures: [witness.cosign(text, 1)] }), keys, verifyEd25519),
      problem('forbidden', /has not signed/),
    );
    assert.throws(() => parseCheckpointText('a\n1\nAAAA\n'), problem('bad-data', /no checkpoint/));
    assert.throws(
      () => parseVerifier(sha256, 'a+00000000+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k'),
      problem('bad-data', /does not fit/),
    );
    assert.throws(() => openSigner('PRIVATE+KEY+x+00000000+AAAA'), problem('bad-data', /no private key/));
  });

  test('a proof is checked without asking anybody', async () => {
    const entries = leavesOf(13);
    const read = readerOf(entries);
    const body = checkpointText({ origin: 'city.example/log', size: 13, root: await tree.root(13, read) });
    const proof = parseProof(
      formatProof({
        index: 4,
        hashes: await tree.inclusion(4, 13, read),
        extra: bytesOf('the key of the record'),
        checkpoint: formatNote({ text: body, signatures: [log.sign(body)] }),
      }),
    );
    assert.equal(new TextDecoder().decode(proof.extra), 'the key of the record');
    const check = { merkle: tree, verify: verifyEd25519 };
    assert.equal(verifyProof(proof, entries[4] ?? new Uint8Array(), keys, check).checkpoint.size, 13);
    assert.throws(
      () => verifyProof(proof, entries[5] ?? new Uint8Array(), keys, check),
      problem('conflict', /does not hold this entry/),
    );
    assert.throws(
      () =>
        verifyProof(
          proof,
          entries[4] ?? new Uint8Array(),
          { log: [verifierOf(sha256, 'city.example/log', 1, sha256(bytesOf('k')))], witnesses: [] },
          check,
        ),
      problem('forbidden', /has not signed/),
    );
    assert.throws(
      () => parseProof('c2sp.org/tlog-proof@v1\nindex 01\n\nx'),
      problem('bad-data', /"index" and a number/),
    );
    assert.throws(() => parseProof('hello'), problem('bad-data', /tlog-proof@v1/));
  });
});
