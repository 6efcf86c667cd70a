/**
 * What headers of tables call things, in the languages of Central Asia, and what Smart Data Models call them. Stems, not
 * words: headers are inflected and shortened. The first that fits counts, so the narrower stand first.
 */

/** A stem at the beginning of a word; `\b` knows Latin letters only. */
const starts = (stems: string): RegExp => new RegExp(`(?<![\\p{L}\\p{N}])(?:${stems})`, 'iu');
/** A whole word. */
const whole = (words: string): RegExp => new RegExp(`(?<![\\p{L}\\p{N}])(?:${words})(?![\\p{L}\\p{N}])`, 'iu');

/** Names of persons, their numbers and documents: not collected, so not proposed. */
export const personal = starts(
  'фио|ф\\.\\s?и\\.\\s?о|фамили|отчеств|насаб|familiya|тегі|surname|first.?name|last.?name|телефон|тел\\.|telefon|phone|' +
    'e-?mail|почта|паспорт|шиноснома|pasport|passport|инн|иин|пинфл|снилс|пенсион|дата рожд|таваллуд|tugʻilgan|birth|' +
    'абонент|жилец|владелец|соҳиб|tenant|resident|customer',
);

export const identifier = whole(
  '№|no|nr|n|id|uid|uuid|ид|код|code|kod|рамз|номер|number|raqam|raqami|рақам|рақами|нөмірі|инв|инвентарный|inventory|station.?id|device.?id|sensor.?id|meter.?id|' +
    'site|station|станция|истгоҳ|stansiya|датчик|sensor|device|устройство|счетчик|ҳисобкунак|meter|кадастр|region',
);
/** `№ п/п`: the number of the line, which another list gives to something else. */
export const lineNumber = /^(№|no|n)?\s*(п\/п|р\/т|т\/р|t\/r|р\/с)\.?$/iu;

/** `Итого:`, which is no thing of its own. */
export const totals = /^\s*(итого|всего|total|ҷамъ|ҳамагӣ|jami|барлығы|жиыны)(?![\p{L}\p{N}])/iu;

export const longitude = starts('долгот|тӯл|тул\\.?\\s?ҷуғ|uzunlik|бойлық|lon(?!g?er)|lng|long(itude)?$|x$|x\\W');
export const latitude = starts('широт|арз\\.?\\s?ҷуғ|арзи|kenglik|ендік|lat(?!e)|y$|y\\W');
export const coordinates = starts(
  'координат|coord|gps|геоточк|местополож|geo.?point|location|point|мавқеъ|joylashuv|wkt',
);
export const east = starts('lon.?utm|east|восток|e_?utm|utm_?e|x_?utm|utm_?x');
export const north = starts('lat.?utm|north|север|n_?utm|utm_?n|y_?utm|utm_?y');
export const time = starts(
  'дата|время|date|time|когда|сана|вақт|vaqt|күні|уақыт|период|period|observed|timestamp|settlementdate|год$|year|сол$|йил|yil',
);
/** Dates that say when a thing was made, not when something was seen of it. */
export const ownDate = starts(
  'дата\\s+(ввод|установ|монтаж|ремонт|провер|изготов|постро|паспорт)|installed|built|год\\s+(пост|ввод|уст|вып)|construction',
);

export const attributeNames: readonly (readonly [RegExp, string])[] = [
  [starts('pm\\s?2[.,_]?5|рм\\s?2[.,]5'), 'pm25'],
  [starts('pm\\s?10|рм\\s?10'), 'pm10'],
  [whole('no2'), 'no2'],
  [whole('so2'), 'so2'],
  [whole('co2'), 'co2'],
  [whole('o3'), 'o3'],
  [starts('температур|temperatur|ҳарорат|harorat'), 'temperature'],
  [starts('влажност|humidit|намӣ|namlik|ылғалдылық'), 'relativeHumidity'],
  [starts('давлени|pressure|фишор|bosim|қысым'), 'pressure'],
  [starts('наполн|заполн|filling|fill.?level|пуршавӣ'), 'fillingLevel'],
  [starts('уровень|water.?level|level|сатҳ|sath|деңгей'), 'level'],
  [starts('расход|flow|discharge|сарфи об|sarf'), 'flow'],
  [starts('мощност|power|иқтидор|quvvat|қуат'), 'power'],
  [starts('энерги|energy|нерӯ|energiya'), 'energy'],
  [starts('скорост|speed|суръат|tezlik|жылдамдық'), 'speed'],
  [starts('диаметр|diameter'), 'diameter'],
  [starts('высот|height|баландӣ|balandlik|биіктік'), 'height'],
  [starts('ширин|width'), 'width'],
  [starts('длин|length|дарозӣ|uzunligi'), 'length'],
  [starts('площад|area|масоҳат|maydon|аумақ'), 'area'],
  [starts('объ[её]м|volume|ҳаҷм|hajm|көлем'), 'volume'],
  [starts("вместим|ёмкост|емкост|capacity|ғунҷоиш|sig[ʻ']?im"), 'capacity'],
  [starts('вес|масса|weight'), 'weight'],
  [starts('населени|population|аҳол|aholi|халық'), 'population'],
  [starts('количеств|кол-во|count|шумора|soni|саны'), 'count'],
  [starts('стоимост|цена|price|cost|rrp|нарх|narx|баға'), 'price'],
  [starts('состояни|статус|status|state|ҳолат|holat|күйі|жағдай'), 'status'],
  [starts('категор|category|тоифа|toifa|санат'), 'category'],
  [starts('материал|material|мавод'), 'material'],
  [starts('производител|изготовител|manufactur|истеҳсолкунанда'), 'manufacturerName'],
  [starts('модель|модел|марка|model|brand|русум'), 'modelName'],
  [starts('серийн|serial'), 'serialNumber'],
  [ownDate, 'dateServiceStarted'],
  [starts('проверк|поверк|осмотр|inspected|тафтиш'), 'dateLastChecked'],
  [starts('район|district|ноҳия|tuman|аудан'), 'district'],
  [starts('адрес|address|суроға|нишонӣ|manzil|мекен'), 'address'],
  [starts("улиц|street|кӯча|куча|ko[ʻ'’]?cha|көше"), 'streetAddress'],
  [starts('город|city|шаҳр|shahar|қала'), 'addressLocality'],
  [starts('описани|description|тавсиф|tavsif|сипаттама|примечани|эзоҳ|izoh|ескертпе|remark|note|title'), 'description'],
  [starts('назван|наимен|name|номи|ном$|nomi|atau|атау'), 'name'],
  [starts('тип|вид|type|намуд|навъ|turi|түрі'), 'category'],
];

export const entityTypes: readonly (readonly [RegExp, string])[] = [
  [/светофор|traffic.?light|чароғаки роҳ|svetofor|бағдаршам/iu, 'TrafficLight'],
  [/фонар|ламп|светильник|освещени|опор|street.?light|lamp|чароғ|chiroq|шам(дар|дал)/iu, 'Streetlight'],
  [/контейнер|мусор|урн|(waste|trash|litter).?(bin|container)|партов|chiqindi|қоқыс|^bins?$/iu, 'WasteContainer'],
  [/скважин|водозабор|гидропост|река|river|gauge|дарё|daryo|өзен|discharge/iu, 'WaterObserved'],
  [/воздух|air|pm2|ҳаво|havo|ауа/iu, 'AirQualityObserved'],
  [/погод|метео|weather|ob-?havo|ауа.?райы/iu, 'WeatherObserved'],
  [/парковк|стоянк|parking|таваққуфгоҳ|avtoturargoh|тұрақ/iu, 'OffStreetParking'],
  [/остановк|bus.?stop|истгоҳ|bekat|аялдама/iu, 'PublicTransportStop'],
  [/дерев|tree|дарахт|daraxt|ағаш|насажден/iu, 'Tree'],
  [/парк|сквер|сад|park|garden|боғ|bog[ʻ'’]|саябақ/iu, 'Garden'],
  [/трафик|движени|traffic|speed/iu, 'TrafficFlowObserved'],
  [/водомер|water.?meter|обсанҷ|suv.?hisob/iu, 'WaterMeter'],
  [/камер|camera/iu, 'Camera'],
  [
    /больниц|поликлин|school|школ|детск|аптек|hospital|clinic|мактаб|maktab|мектеп|бемористон|shifoxona|poi|points.?of/iu,
    'PointOfInterest',
  ],
  [/показател|индикатор|indicator|kpi|нишондиҳанда/iu, 'KeyPerformanceIndicator'],
];

/** Units as headers write them, to UN/CEFACT codes. */
export const unitCodes: readonly (readonly [RegExp, string])[] = [
  [/^(квт[·*.\s]?ч|kwh)$/iu, 'KWH'],
  [/^(мвт|mw)$/iu, 'MAW'],
  [/^(квт|kw)$/iu, 'KWT'],
  [/^(вт|w|ватт)$/iu, 'WTT'],
  [/^(м3\/ч|м³\/ч|m3\/h|m³\/h|куб\.?\s?м\/ч)$/iu, 'MQH'],
  [/^(м3\/с|м³\/с|m3\/?s|m³\/s)$/iu, 'MQS'],
  [/^(л\/с|l\/s)$/iu, 'G51'],
  [/^(м3|м³|m3|m³|куб\.?\s?м)$/iu, 'MTQ'],
  [/^(м2|м²|m2|m²|кв\.?\s?м)$/iu, 'MTK'],
  [/^(га|ha)$/iu, 'HAR'],
  [/^(мкг\/м3|мкг\/м³|µg\/m3|ug\/m3|µg\/m³)$/iu, 'GQ'],
  [/^(мг\/м3|мг\/м³|mg\/m3)$/iu, 'GP'],
  [/^(км\/ч|km\/h)$/iu, 'KMH'],
  [/^(м\/с|m\/s)$/iu, 'MTS'],
  [/^(°\s?c|°\s?с|град\.?\s?с|celsius)$/iu, 'CEL'],
  [/^(%|проц\.?|процент\w*|percent)$/iu, 'P1'],
  [/^(км|km)$/iu, 'KMT'],
  [/^(см|cm|sm)$/iu, 'CMT'],
  [/^(мм|mm)$/iu, 'MMT'],
  [/^(м|m|метр\w*)$/iu, 'MTR'],
  [/^(л|l|литр\w*)$/iu, 'LTR'],
  [/^(кг|kg)$/iu, 'KGM'],
  [/^(т|тонн\w*|t)$/iu, 'TNE'],
  [/^(бар|bar)$/iu, 'BAR'],
  [/^(кпа|kpa)$/iu, 'KPA'],
  [/^(мпа|mpa)$/iu, 'MPA'],
  [/^(в|v|вольт)$/iu, 'VLT'],
  [/^(шт\.?|pcs|дона)$/iu, 'C62'],
  [/^(дб|db)$/iu, '2N'],
  [/^(лм|lm)$/iu, 'LUM'],
];

/** Yes and no, as tables say it. */
export const truths: Readonly<Record<string, boolean>> = {
  да: true,
  нет: false,
  ҳа: true,
  не: false,
  иә: true,
  жоқ: false,
  ha: true,
  "yo'q": false,
  yoʻq: false,
  yes: true,
  no: false,
  true: true,
  false: false,
  есть: true,
  '+': true,
  '-': false,
};

/** What stands for nothing. */
export const nothings = new Set([
  '-',
  '–',
  '—',
  'н/д',
  'нет данных',
  'n/a',
  'na',
  'null',
  '#н/д',
  '#n/a',
  '...',
  '…',
  '?',
]);

export function firstOf<T>(table: readonly (readonly [RegExp, T])[], text: string): T | undefined {
  return table.find(([pattern]) => pattern.test(text))?.[1];
}
