/** Native review: none. */
export const en = {
  title: 'Utilities',
  lede: 'Light, water, heat and air: what was measured, what it is compared with, and how it was counted.',
  here: 'You are here',
  proof: 'last 30 days',
  period: 'Period',
  days: '{n, num} days',
  from: 'From',
  to: 'To',
  show: 'Show',
  permalink: 'Address of this view',
  method: 'How it is counted',
  now: 'Now',
  mean: 'Mean',
  aOfB: '{a, num} of {b, num}',
  tooFewData: 'Too few data: it cannot be said',
  notVerified: 'not verified at the source',
  'state.trouble': 'Trouble',
  'state.warn': 'Needs attention',
  'state.good': 'Good',
  'state.quiet': 'Nothing unusual',
  'state.none': 'No data',
  'lighting.title': 'Street lighting',
  'water.title': 'Water',
  'heat.title': 'Heat',
  'air.title': 'Air',

  'air.lede': 'Air at the stations, against the guideline levels of the WHO and the limits of the country.',
  'air.head': 'Air at {n, plural, one {one station} other {{n, num} stations}}',
  'air.worst':
    '{name}: {what} was above the WHO level of {level, num} µg/m³ on {above, num} of {of, num} days with enough data.',
  'air.none': 'No station has sent anything yet',
  'air.noneText':
    'Entities of the type AirQualityObserved with pm25, pm10, no2, o3, so2 or co and a unit are shown here.',
  'air.table.stations': 'Stations',
  'air.table.days': 'Days',
  'air.byDay': 'Day by day',
  'air.station': 'Station',
  'air.pollutant': 'Substance',
  'air.daysWho': 'Days above WHO',
  'air.hoursWho': 'Hours above that level',
  'air.daysNational': 'Above the national limit',
  'air.capture': 'Data',
  'air.caption':
    'Days above are of the days with enough data. Data: share of the hours of the period that have a value.',
  'air.aboveYear': 'above the WHO level of a year, {level, num}',
  'air.withinYear': 'within the WHO level of a year, {level, num}',
  'air.who': 'WHO',
  'air.national': 'National limit',
  'air.nationalUnknown': 'National limits ({country}) are not known: no source was found, and none is made up.',
  'air.chart': '{what}, {name}, {when}',
  'air.chartSummary': 'The highest mean of a day was {max} µg/m³ on {date}. Days with too few values are left out.',
  'air.dayMean': 'mean of a day',
  'air.tooFew': 'No day of this period has 18 hours with a value.',
  'air.limits': 'Limits that are compared with',
  'air.whose': 'Of',
  'air.averaging': 'Mean of',
  'air.of.hour': 'an hour',
  'air.of.eightHours': 'eight hours, the highest of the day',
  'air.of.day': 'a day',
  'air.of.year': 'a year',
  'air.method1': 'What arrives within an hour is averaged; the mean of a day is the mean of its hours.',
  'air.method2': 'A day counts when three quarters of its hours have a value (18 of 24). Otherwise it has no number.',
  'air.method3':
    'Everything is shown in µg/m³. mg/m³ are multiplied by 1,000; ppb of a gas by its molar mass and divided by 24.06 L (20 °C, 101.3 kPa). A value without a unit is not used.',
  'air.method4':
    'A day is above a level when its mean, rounded to whole µg/m³, is more than it. The WHO allows three to four such days a year. Hours are counted against the same level to show when the air was bad; no guideline is set for them.',
  'air.method5': 'The level of a year is compared only with 365 days of which three quarters have a mean.',
  'air.nowQuiet': 'On the last whole day no station was above the WHO level of a day.',
  'air.nowAbove': '{name}: {what} {value, num} µg/m³, mean of the last whole day, above the level.',
  'air.nowNone': 'No station has a mean of the last days.',

  'water.lede':
    'What flows into each metered area, what flows at night when nearly nobody uses water, and what of it is lost.',
  'water.head': 'Water in {n, plural, one {one metered area} other {{n, num} metered areas}}',
  'water.summary':
    'Estimated loss: {loss} m³ a day, {share} of the inflow ({n, num} of {of, num} areas). It is an estimate that rests on the assumptions below.',
  'water.none': 'No metered area has sent anything yet',
  'water.noneText':
    'Entities of the type DistrictMeteredArea with a flow in m³/h are shown here; with residents and pressure the loss is estimated too.',
  'water.table.areas': 'Areas',
  'water.table.days': 'Days',
  'water.changed': 'What changed',
  'water.byNight': 'Night by night',
  'water.area': 'Area',
  'water.assumptions': 'Assumptions',
  'water.assumptionsNote': 'Change them and count again: the address keeps them.',
  'water.perDay': '{unit} a day',
  'water.caption':
    'Night flow is the middle of the nights that have a number; inflow and loss are means of a day. The total adds the areas that have a number.',
  'water.total': 'All areas together',
  'water.inflow': 'Inflow',
  'water.consumption': 'Counted at consumers',
  'water.nightFlow': 'Flow at night',
  'water.nights': '{a, num} of {b, num} nights',
  'water.use': 'Use at night',
  'water.factor': 'Night-day factor',
  'water.assumed': 'no pressure, assumed',
  'water.loss': 'Estimated loss',
  'water.lossPerConnection': 'Loss per connection',
  'water.lossPerResident': 'Loss per resident',
  'water.step': 'The flow at night went from {before, num} to {after, num} m³/h on {date}.',
  'water.noStep': 'No clear step in the last 90 nights.',
  'water.trend': 'Trend in 30 days, m³/h: {a} over the last 30 nights, {b} over 90.',
  'water.counter': 'The counter shows {share} against the flow of the same time.',
  'water.counterNot': 'Counter and flow cannot be compared: too many gaps, or the counter ran backwards.',
  'water.chart': 'Flow at night and inflow, {name}, {when}',
  'water.chartSummary':
    '{a, num} of {b, num} nights have a number; the middle one is {middle} m³/h. A night of which an hour is missing has none.',
  'water.tooFew': 'No night of this period has a reading in every hour.',
  'water.nightFrom': 'Night begins, hour',
  'water.nightTo': 'Night ends, hour',
  'water.useField': 'Use at night, litres a resident and hour',
  'water.useHelp':
    '0.6: six residents of a hundred are awake and use ten litres each (McKenzie, SANFLOW, WRC TT 109/99).',
  'water.exponent': 'Exponent N1 of the pressure',
  'water.exponentHelp': '1 for mixed pipes, 0.5 for rigid ones, 1.5 for plastic (Lambert 2001).',
  'water.factorField': 'Night-day factor, hours a day',
  'water.factorHelp': 'Empty: worked out from the pressure.',
  'water.count': 'Count again',
  'water.method1':
    'Flow at night: the lowest mean of an hour between {from, num}:00 and {to, num}:00, the hour moving by a quarter. If one hour of the night says nothing, the night has no number.',
  'water.method2':
    'Legitimate use at night is residents times litres. It is an assumption: large users at night, such as hospitals and factories, are not taken off.',
  'water.method3':
    'Night-day factor: by day the pressure is lower and leaks lose less. It is the sum over the hours of the day of pressure divided by pressure at night, to the power N1; without pressure it is taken to be 24.',
  'water.method4':
    'Loss a day = (flow at night − use at night) × factor, never below nothing. Method of the IWA Water Losses Task Force (District Metered Areas: Guidance Notes, 2007).',
  'water.method5':
    'Inflow of a day is the mean of its hours times 24; 18 hours must be there. The counter is compared with the flow as a check.',
  'water.method6':
    'Trend is the slope of Theil and Sen; a step is where the middle of the nights before and after differs by more than three robust standard deviations and 5 %.',
  'water.nowNone': 'No area has a number of the last days.',
  'water.nowInflow': '{inflow} m³ flow in a day; the loss cannot be said without residents.',
  'water.nowLoss': 'Estimated loss {loss} m³ a day, {share} of the inflow.',
  'water.rose': '{name}: the flow at night rose from {before, num} to {after, num} m³/h on {date}.',

  'water.residents': 'Residents',
  'water.connections': 'Connections',

  district: 'District',
  allDistricts: 'All districts',
  'lighting.lede': 'Energy of street lights, against what the same lamps would have used before.',
  'lighting.head': 'Street lighting: {n, num} lamps in {groups, plural, one {one group} other {{groups, num} groups}}',
  'lighting.saved': 'Saved against the baseline: {kwh} kWh, {share} (± {error} kWh, 90 %).',
  'lighting.more': 'Used more than the baseline: {kwh} kWh, {share} (± {error} kWh, 90 %).',
  'lighting.within':
    'No saving can be shown: the difference to the baseline is smaller than its uncertainty of {error} kWh.',
  'lighting.cannot': 'What was saved cannot be said: too few nights have an energy.',
  'lighting.none': 'No group of street lights has sent anything yet',
  'lighting.noneText': 'Entities of the type StreetlightGroup with nightEnergy in kWh and lampsTotal are shown here.',
  'lighting.table.areas': 'Districts',
  'lighting.table.groups': 'Groups',
  'lighting.table.months': 'Months',
  'lighting.table.days': 'Nights',
  'lighting.baseline': 'Baseline: {from} to {to}, {n, num} nights.',
  'lighting.byNight': 'Night by night',
  'lighting.out': 'Out of contact: {n, plural, one {one lamp} other {{n, num} lamps}}',
  'lighting.outNote':
    'Groups whose controller says that lamps do not answer, and single lamps that have failed or said nothing for six hours.',
  'lighting.outNone': 'All lamps answer.',
  'lighting.notAnswering': '{n, plural, one {one lamp does} other {{n, num} lamps do}} not answer',
  'lighting.single': 'Single lamps: {n, num} of {of, num} shown',
  'lighting.whole': 'The whole city',
  'lighting.noDistrict': 'outside the districts',
  'lighting.groups': 'Groups counted',
  'lighting.lamps': 'Lamps',
  'lighting.actual': 'Used',
  'lighting.expected': 'Baseline',
  'lighting.savedHead': 'Saved',
  'lighting.share': 'Share',
  'lighting.feeder': 'Feeder against groups',
  'lighting.group': 'Group',
  'lighting.month': 'Month',
  'lighting.nights': 'Nights',
  'lighting.notShown': 'within the uncertainty',
  'lighting.beyond': 'beyond the baseline',
  'lighting.why.fewBaseline': 'too few nights in the baseline',
  'lighting.why.fewNights': 'too few nights',
  'lighting.why.sameDarkness': 'all nights of the baseline are as long',
  'lighting.why.noLamps': 'number of lamps unknown',
  'lighting.chart': 'Energy of the nights, {when}',
  'lighting.chartSummary':
    'What the lamps used, and what they would have used by the baseline in nights as long. A night counts to the day on which it ends.',
  'lighting.baseFrom': 'Baseline from',
  'lighting.baseTo': 'Baseline to',
  'lighting.again': 'Count again',
  'lighting.method1':
    'IPMVP Option B (Efficiency Valuation Organization, Core Concepts 2022): all energy of a group is measured, before and after.',
  'lighting.method2':
    'Baseline: unless you choose other days, the oldest 180 nights on record. For each group a line is laid through them: kWh a lamp and night = a + b × hours of darkness, by least squares; R² says how well it fits.',
  'lighting.method3':
    'Hours of darkness are those from sunset to sunrise at the middle of the city. The number of lamps is that of today: its history is not recorded.',
  'lighting.method4':
    'Saved = what the line expects for the nights of the period − what was used. Only nights with an energy count, on both sides.',
  'lighting.method5':
    'Uncertainty: 90 % prediction interval of the sum, widened where errors of neighbouring nights go together. Groups add as squares. A difference within it is not called a saving.',
  'lighting.method6':
    'It cannot be said with fewer than 30 nights of baseline, or when a quarter of the nights of the period is missing. Feeder against groups: the meter of the district against the sum of its groups, as a check.',
  'lighting.nowNone': 'No group of street lights is known.',
  'lighting.nowOut': '{name}: the whole group of {n, num} lamps does not answer.',

  'lighting.feederNote':
    'A group counts to the district in which its middle stands; a feeder may light lamps of a group across the border.',

  'heat.lede':
    'Water that comes back too hot has not given its heat to the homes: whose return stands out from the neighbours.',
  'heat.head': 'Heat at {n, plural, one {one substation} other {{n, num} substations}}',
  'heat.summary':
    '{n, plural, =0 {None} one {One} other {{n, num}}} of {of, num} substations {n, plural, one {returns} other {return}} water hotter than the neighbours do at the same supply.',
  'heat.none': 'No substation has sent anything yet',
  'heat.noneText':
    'Entities of the type HeatSubstation with supplyTemperature and returnTemperature in °C are shown here.',
  'heat.still': 'Heating stood still in this period',
  'heat.stillText': 'No substation has an hour with supply and return.',
  'heat.fewNeighbours':
    'It cannot be said who stands out: at least {n, num} substations with two days of readings are needed.',
  'heat.fewHours': 'Fewer than 48 hours of readings: it cannot be said.',
  'heat.out': 'Who stands out, and why',
  'heat.table.substations': 'Substations',
  'heat.table.days': 'Days',
  'heat.byDay': 'Day by day: {name}',
  'heat.chart': 'Return temperature of {name}, {when}',
  'heat.chartSummary':
    'Means of a day: what came back, and what the neighbours would return at the same supply; below, by how much the water cooled.',
  'heat.caption': 'The worst first. Middle values of the hours that have supply and return.',
  'heat.substation': 'Substation',
  'heat.supply': 'Supply',
  'heat.back': 'Return',
  'heat.expected': 'neighbours',
  'heat.cooling': 'Cooled by',
  'heat.excess': 'Above neighbours',
  'heat.hoursAbove': 'Hours above',
  'heat.look': 'Chart',
  'heat.days': 'by day',
  'heat.reason.short':
    'Comes back nearly as hot as it went: it cools by {cooling} K, the neighbours by {others} K, and returns {excess} K hotter than they would. A valve that stands open or a bypass is likely.',
  'heat.reason.high':
    'Returns {excess} K hotter than its neighbours at the same supply; it cools by {cooling} K, they by {others} K. Too much flow or a fouled exchanger is likely.',
  'heat.reason.low':
    'Returns {excess} K cooler than its neighbours at the same supply: too little flow, or a sensor that is wrong.',
  'heat.since': 'Without a break since {date}.',
  'heat.method1':
    'Supply and return are averaged by hour; only hours that have both count, and in which supply is 25 °C or more.',
  'heat.method2':
    'A line through all hours of all substations says what is usual: return over supply (Theil and Sen, so that the worst do not bend it). {n, num} substations with {hours, num} hours are needed.',
  'heat.method3':
    'Each substation is judged by the middle of its hours against that line. It stands out when its modified z-score (Iglewicz and Hoaglin 1993, with the median absolute deviation) is beyond 3.5, and by 3 K or more.',
  'heat.method4':
    'Here: return = {intercept} + {slope} × supply. An hour is above when it is more than {limit} K over that.',
  'heat.nowQuiet': 'None of {n, num} substations stands out.',
  'heat.nowHot':
    '{name} returns water of {back, num} °C, {excess, num} K above its neighbours ({n, num} of {of, num} stand out).',
  'heat.nowNone': 'No readings of supply and return: heating stands still, or nothing arrives.',
} as const;

export type UtilityKey = keyof typeof en;
