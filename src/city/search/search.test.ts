import assert from 'node:assert/strict';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import {
  emptyCity,
  initCity,
  namuna,
  searchOf,
  type City,
  type CitySearch,
  type Place,
  type Street,
} from '../index.ts';
import { slug } from '../naming.ts';
import { fold } from './fold.ts';
import { houseKey, readings } from './houseNumber.ts';
import { nameKey } from './words.ts';

/** Spellings of one name, each line: any of them finds it. */
const spellings = `
Рӯдакӣ | Рудаки | Rudaki | Rūdakī | rudakiy | РУДАКИ
Исмоили Сомонӣ | Исмоили Сомони | Ismoili Somoni
Шоҳтемур | Шохтемур | Shohtemur | Shokhtemur
Абуабдуллоҳи Рӯдакӣ | Абуабдуллохи Рудаки | Abuabdullohi Rudaki
Ҷаббор Расулов | Чаббор Расулов | Jabbor Rasulov | Джаббор Расулов
Ғафуров | Гафуров | Ghafurov | Gafurov
Хиёбон | Хиебон | Khiyobon | Xiyobon
Амир Темур | Amir Temur
Мирзо Улуғбек | Mirzo Ulugʻbek | Mirzo Ulug'bek | Mirzo Ulug‘bek | Мирзо Улугбек | Mirzo Ulugbek
Ўзбекистон | Oʻzbekiston | O'zbekiston | O’zbekiston | Узбекистан | Uzbekistan
Юнусобод | Yunusobod | Юнусабад | Yunusabad
Чилонзор | Chilonzor | Чиланзар
Йўлдош Охунбобоев | Yoʻldosh Oxunboboyev | Yuldosh Okhunboboev | Юлдаш Охунбабаев
Шаҳрисабз | Shahrisabz | Шахрисабз | Shakhrisabz
Абылай хан | Abylai khan | Абылайхан
Әл-Фараби | Аль-Фараби | Al-Farabi | al farabi
Жібек Жолы | Жибек Жолы | Zhibek Zholy | Jibek Joly
Қонаев | Конаев | Qonaev | Konaev | Qonayev
Әуезов | Ауэзов | Auezov | Äuezov
Төле би | Толе би | Tole bi
Сәкен Сейфуллин | Сакен Сейфуллин | Saken Seifullin | Saken Seyfullin
Чүй | Чуй | Chuy | Chui | Chüy
Манас | Manas
Ашгабат | Aşgabat | Ashgabat
Пушкин | Pushkin | Puşkin
Чайковский | Chaikovskiy | Chaykovskii
Октябрьская | Oktyabrskaya | Oktiabrskaia
Борис Щербина | Boris Shcherbina
Praça | praca
`
  .trim()
  .split('\n')
  .map((line) => line.split('|').map((name) => name.trim()));

suite('folding', () => {
  for (const [first = '', ...others] of spellings) {
    test(`${first} is found however it is written`, () => {
      for (const other of others) {
        // Words written together are one key without the space.
        assert.equal(fold(other).replaceAll(' ', ''), fold(first).replaceAll(' ', ''), other);
      }
    });
  }

  test('names that sound different stay apart', () => {
    const names = ['Рӯдакӣ', 'Айнӣ', 'Сомонӣ', 'Темур', 'Навоий', 'Фирдавсӣ', 'Лоҳутӣ', 'Шерозӣ', 'Абай', 'Сейфуллин'];
    assert.equal(new Set(names.map(fold)).size, names.length);
  });

  test('folding twice is folding once, of any text', () => {
    const letters = fc.constantFrom(
      ...'абвгғдеёжзиӣйкқлмнңоөпрстуӯўұүфхҳһцчҷшщъыіьэюяabcdefghijklmnopqrstuvwxyzäçňşžʻ’ 12-'.split(''),
    );
    for (const text of [fc.string({ unit: 'grapheme' }), fc.string({ unit: letters, maxLength: 30 })]) {
      fc.assert(fc.property(text, (one) => assert.equal(fold(fold(one)), fold(one))));
    }
  });

  test('words for "street" do not count, in any language', () => {
    const rudaki = nameKey('Рӯдакӣ').words;
    for (const name of [
      'ул. Рудаки',
      'улица Рудаки',
      'Рудаки ул.',
      'кӯчаи Рӯдакӣ',
      'кучаи Рудаки',
      'хиёбони Рӯдакӣ',
      'проспект Рудаки',
      'пр. Рудаки',
      'пр-т Рудаки',
      "Rudaki ko'chasi",
      'Rudaki kochasi',
      'Рудакий кўчаси',
      'Рудаки көшесі',
      'Рудаки даңғылы',
      'Rudaki Street',
      'Rudaki Avenue',
      'rua Rudaki',
      'avenida Rudaki',
    ]) /* prettier-ignore */ {
      assert.deepEqual(nameKey(name).words, rudaki, name);
    }
    assert.deepEqual(nameKey('Майдон').words.length, 1, 'alone such a word is the name');
  });
});

suite('house numbers', () => {
  test('are read behind a name or before it, with the words that people put there', () => {
    const table: readonly (readonly [string, string, string])[] = [
      ['Rudaki 12', 'Rudaki', '12'],
      ['ул. Рудаки, д. 12', 'ул. Рудаки', '12'],
      ['Рӯдакӣ, хонаи 12', 'Рӯдакӣ', '12'],
      ['улица Абая дом 7а', 'улица Абая', '7a'],
      ['Абая 12/3', 'Абая', '12-3'],
      ['Абая, 12 корп. 2', 'Абая', '12k2'],
      ["Amir Temur ko'chasi 5-uy", "Amir Temur ko'chasi", '5'],
      ['Абай даңғылы 10 үй', 'Абай даңғылы', '10'],
      ['12 Rudaki Street', 'Rudaki Street', '12'],
      ['8 марта 12', '8 марта', '12'],
    ];
    for (const [query, name, number] of table) {
      const found = readings(query).map((one) => [one.name, one.number && houseKey(one.number)]);
      assert.ok(
        found.some(([a, b]) => a === name && b === number),
        `${query}: ${JSON.stringify(found)}`,
      );
    }
  });

  test('one number in many spellings has one key', () => {
    for (const same of [
      ['12а', '12 А', '12a', '12A'],
      ['12к2', '12 корп. 2', '12 корпус 2', '12k2', '12, к. 2'],
      ['12/3', '12 / 3', '12-3'],
    ]) {
      assert.equal(new Set(same.map(houseKey)).size, 1, same.map(houseKey).join(' '));
    }
  });
});

const line = (x: number, y: number, length = 0.01): Street['line'] => [
  [x, y],
  [x + length, y],
];
const street = (name: Street['name'], at: Street['line'], more: Partial<Street> = {}): Street => ({
  ...(name && { name }),
  kind: 'street',
  line: at,
  ...more,
});
const cityWith = (parts: Partial<City>): City => ({
  ...emptyCity(),
  languages: ['tg', 'ru'],
  center: [68.78, 38.56],
  ...parts,
});
const titles = (search: CitySearch, query: string): string[] =>
  search.find(query).map(({ name, number, precision }) => {
    const text = Object.values(name)[0] ?? '';
    return number === undefined ? text : `${text} ${number} ${precision ?? 'unknown'}`;
  });

suite('search of a city', () => {
  const rudaki = street({ tg: 'хиёбони Рӯдакӣ', ru: 'проспект Рудаки' }, line(68.78, 38.56, 0.02), { kind: 'avenue' });
  const town = cityWith({
    streets: [
      rudaki,
      street({ tg: 'хиёбони Рӯдакӣ' }, line(68.801, 38.56), { kind: 'avenue', otherNames: ['проспект Ленина'] }),
      street({ tg: 'кӯчаи Айнӣ' }, line(68.78, 38.57)),
      street({ tg: 'хиёбони Айнӣ' }, line(68.9, 38.57), { kind: 'avenue' }),
      street({ ru: 'улица 8 Марта' }, line(68.77, 38.55)),
      street({ tg: 'кӯчаи Бухоро' }, line(68.76, 38.55), { numbers: 60 }),
      street({ tg: 'кӯчаи Бухоро' }, line(69.4, 38.9)),
      street(undefined, line(68.7, 38.5)),
    ],
    places: [{ kind: 'school', name: { ru: 'Школа № 5', tg: 'Мактаби № 5' }, at: [68.79, 38.561] }],
    addresses: [
      { street: 'проспект Рудаки', number: '10', at: [68.785, 38.5602] },
      { street: 'хиёбони Рӯдакӣ', number: '12а', at: [68.786, 38.5602] },
      { street: 'Рудаки', number: '20', at: [68.79, 38.5602] },
      { street: 'Рудаки', number: '21;23', at: [68.79, 38.5598] },
      { street: 'улица 8 Марта', number: '3', at: [68.771, 38.5501] },
      { street: '112-й микрорайон', number: '7', at: [68.75, 38.53] },
    ],
    addressRanges: [{ street: 'кӯчаи Айнӣ', from: 2, to: 10, step: 'even', line: line(68.78, 38.57) }],
  });

  test('a street is found by each of its names, in each script, and once', async () => {
    const search = await searchOf(town);
    for (const query of ['Рӯдакӣ', 'рудаки', 'Rudaki', 'просп. Рудаки', 'Ленина', 'руд', 'Rudaky', 'Рудоки']) {
      assert.equal(titles(search, query)[0], 'хиёбони Рӯдакӣ', query);
      assert.equal(titles(search, query).filter((title) => title.includes('Рӯдакӣ')).length, 1, `${query}: joined`);
    }
  });

  test('a house is its address point, else stands between its neighbours, and says which', async () => {
    const search = await searchOf(town);
    assert.equal(titles(search, 'Rudaki 10')[0], 'хиёбони Рӯдакӣ 10 exact');
    assert.equal(titles(search, 'ул. Рудаки, д. 12 А')[0], 'хиёбони Рӯдакӣ 12а exact');
    assert.equal(titles(search, 'Рудаки 23')[0], 'хиёбони Рӯдакӣ 23 exact'.replace('23', '21;23'));
    assert.equal(titles(search, 'Рӯдакӣ 12')[0], 'хиёбони Рӯдакӣ 12 approximate', '12а is near 12');
    const [between] = search.find('Рудаки 16');
    assert.equal(between?.precision, 'approximate');
    assert.ok((between?.at[0] ?? 0) > 68.786 && (between?.at[0] ?? 0) < 68.79, String(between?.at));
    const [ranged] = search.find('Айни 6');
    assert.deepEqual(
      ranged?.at.map((d) => Math.round(d * 1e4) / 1e4),
      [68.785, 38.57],
    );
    assert.equal(titles(search, 'Айни 5')[0]?.includes('approximate'), false, 'the range has even numbers only');
    assert.equal(titles(search, 'Бухоро 14')[0], 'кӯчаи Бухоро 14 approximate', 'by the highest number of the profile');
    assert.equal(titles(search, 'Рудаки 500')[0], 'хиёбони Рӯдакӣ 500 unknown', 'the street is better than nothing');
  });

  test('a number that belongs to the name is no house number', async () => {
    const search = await searchOf(town);
    assert.deepEqual(titles(search, '8 марта'), ['улица 8 Марта']);
    assert.equal(titles(search, '8 марта 3')[0], 'улица 8 Марта 3 exact');
    assert.equal(titles(search, 'школа 5')[0], 'Школа № 5');
    assert.equal(titles(search, '112 микрорайон 7')[0], '112-й микрорайон 7 exact', 'a street that is on no map');
  });

  test('of two streets of one name the asked kind comes first, else the main one, else the nearer', async () => {
    const search = await searchOf(town);
    assert.equal(titles(search, 'хиёбони Айнӣ')[0], 'хиёбони Айнӣ');
    assert.equal(titles(search, 'кӯчаи Айнӣ')[0], 'кӯчаи Айнӣ');
    assert.deepEqual(
      search.find('Бухоро').map(({ at }) => Math.round(at[0] * 10) / 10),
      [68.8, 69.4],
    );
  });

  test('one letter may be wrong in words of five letters; the first letter may not', async () => {
    const search = await searchOf(town);
    for (const query of ['Рудаси', 'Рудки', 'Руддаки', 'Рдуаки', 'Бухара', 'Бухорро']) {
      assert.ok(titles(search, query).length > 0, query);
    }
    assert.deepEqual(titles(search, 'Кудаки'), []);
    assert.deepEqual(titles(search, 'Рудссси'), []);
  });

  test('nothing is found for nothing, and no text is an error', async () => {
    const search = await searchOf(town);
    for (const query of ['', ' ', '...', '№', 'ул.']) assert.deepEqual(search.find(query), [], query);
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (query) => search.find(query).length <= 10));
  });

  test('every name finds itself: as it is, without its letters, in Latin, by its beginning', async () => {
    // Syllables: two consonants in a row may be one letter in Latin (шч and щ are both shch).
    const one = (letters: string) => fc.constantFrom(...letters.split(''));
    const syllable = fc.tuple(one('бвгғджзкқлмнпрстфхҳцчҷшщ'), one('аеёиӣоуӯэюяәөұүіў')).map((pair) => pair.join(''));
    const word = fc.array(syllable, { minLength: 2, maxLength: 5 }).map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(word, { minLength: 1, maxLength: 12 }), async (words) => {
        const places: Place[] = words.map((name, i) => ({
          kind: 'square',
          name: { tg: name },
          at: [68.7 + i / 100, 38.5],
        }));
        const search = await searchOf(cityWith({ places }));
        for (const name of words) {
          if (fold(name).length < 2) continue;
          const queries = [name, name.toUpperCase(), slug(name).replaceAll('-', ' ')];
          const beginning = name.slice(0, -1);
          // к and х are two letters until they stand together as kh.
          if (fold(name).startsWith(fold(beginning)) && fold(beginning).length > 1) queries.push(beginning);
          for (const query of queries) {
            const found = search.find(query, 50).map((one) => one.name.tg);
            assert.ok(found.includes(name), `${query} does not find ${name}: ${fold(query)} ${fold(name)}`);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  test('Namuna: streets of five languages and the district they lie in', async () => {
    const search = await searchOf(namuna());
    for (const query of [
      'Ткачей 14',
      'Бофандагон 14',
      'Toʻquvchilar 14',
      "to'quvchilar kochasi 14",
      'Тоқымашылар 14',
      'Weavers Street 14',
    ]) {
      const [first] = search.find(query);
      assert.equal(first?.name.en, 'Weavers Street', query);
      assert.equal(first.precision, 'approximate');
      assert.equal(first.district?.id, 'navrud');
    }
    assert.equal(search.find('navruʻd')[0]?.kind, 'district');
  });
});

const real = new URL('../../../../shared/data/geo/poa_osm.pbf', import.meta.url).pathname;
test(
  'Porto Alegre: Portuguese names without their marks, from Cyrillic, with a real house number',
  { skip: existsSync(real) ? false : 'skipped: ../shared/data/geo/poa_osm.pbf not found' },
  async () => {
    const { city } = await initCity({
      name: { en: 'Porto Alegre' },
      country: 'KZ',
      timeZone: 'America/Sao_Paulo',
      streetsFile: real,
      out: join(mkdtempSync(join(tmpdir(), 'chorsu-search-')), 'poa'),
    });
    const search = await searchOf(city);
    const first = (query: string) => search.find(query)[0];
    for (const query of ['rua dos andradas', 'andradas', 'Андрадас'])
      assert.equal(first(query)?.name.en, 'Rua dos Andradas');
    assert.equal(first('av. ipiranga')?.name.en, 'Avenida Ipiranga');
    const house = first('barao de cotegipe 415');
    assert.deepEqual([house?.name.en, house?.number, house?.precision], ['Rua Barão de Cotegipe', '415', 'exact']);
  },
);
