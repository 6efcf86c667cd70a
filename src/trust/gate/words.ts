/**
 * What an entity never says, and why: the list that the gate reads. Entities are public or may become so, stand in the
 * journal, in history, in exports and in copies of them; what is said there of a person cannot be taken back.
 *
 * A name is compared by its last part (`https://smartdatamodels.org/dataModel.IssueTracking/first_name` is `first_name`), small, letters and
 * digits only (`firstname`), without digits at its end. `ends`: every name that ends so (`contactEmail`). `is`: this name alone.
 */

export type Personal = {
  /** The word under which it is told and counted. */
  readonly word: string;
  readonly why: string;
  readonly ends?: readonly string[];
  readonly is?: readonly string[];
  /** Names that end so and mean something else. */
  readonly not?: RegExp;
  /** Where it is allowed: within a `contactPoint`, on the city's own vehicles, on what is no person (animals, plants). */
  readonly allowed?: 'contactPoint' | 'fleet' | 'nature';
  /** Refused on reports of residents alone; elsewhere it is of a thing. */
  readonly only?: 'report';
};

const open311 = 'the Open311 model asks whoever reports for it';

export const personalAttributes: readonly Personal[] = [
  {
    word: 'email',
    why: `${open311}; the address of an organisation stands in its contactPoint`,
    ends: [
      'email',
      'emailaddress',
      'emails',
      'электроннаяпочта',
      'почтаэлектронная',
      'elektronpochta',
      'почтаиэлектронӣ',
    ],
    is: ['mail', 'емейл', 'имейл'],
    allowed: 'contactPoint',
  },
  {
    word: 'first_name',
    why: open311,
    ends: ['firstname', 'givenname', 'forename', 'middlename', 'patronymic', 'отчество'],
    is: ['fname'],
  },
  {
    word: 'last_name',
    why: open311,
    ends: ['lastname', 'familyname', 'surname', 'maidenname', 'фамилия', 'familiya', 'насаб'],
    is: ['lname'],
  },
  {
    word: 'phone',
    why: `${open311}; the number of an organisation stands in its contactPoint`,
    ends: [
      'phone',
      'phonenumber',
      'phoneno',
      'phones',
      'mobilenumber',
      'cellnumber',
      'msisdn',
      'телефон',
      'телефона',
      'telefon',
      'telefonraqami',
    ],
    not: /(micro|mega|head|smart|public|emergency|pay|saxo|xylo|inter)phones?$|публичныйтелефон$/,
    allowed: 'contactPoint',
  },
  {
    word: 'device_id',
    why: `${open311}: it is that of the telephone in a hand. Elsewhere it is that of a sensor`,
    ends: ['deviceid', 'useragent', 'ipaddress', 'imei', 'macaddress'],
    only: 'report',
  },
  {
    word: 'account_id',
    why: open311,
    ends: ['accountid', 'accountname', 'useraccount', 'userid', 'username', 'лицевойсчет', 'лицевойсчёт'],
  },
  {
    word: 'full name',
    why: 'the name of a person; things, places and organisations have a name',
    ends: [
      'fullname',
      'personname',
      'personsname',
      'reportername',
      'complainantname',
      'applicantname',
      'citizenname',
      'residentname',
      'tenantname',
      'patientname',
      'passengername',
      'drivername',
      'customername',
      'studentname',
      'фамилияимя',
      'фамилияимяотчество',
      'имяифамилия',
      'номунасаб',
    ],
    is: ['fio', 'фио'],
  },
  {
    word: 'date of birth',
    why: 'with a place it finds one person among thousands',
    ends: [
      'birthdate',
      'dateofbirth',
      'birthday',
      'placeofbirth',
      'birthplace',
      'датарождения',
      'туғилгансана',
      'tugilgansana',
      'санаитаваллуд',
    ],
    is: ['dob'],
    allowed: 'nature',
  },
  {
    word: 'identity document',
    why: 'the number of a passport or of a register of persons names exactly one',
    ends: [
      'passportnumber',
      'passportno',
      'passportseries',
      'passportid',
      'номерпаспорта',
      'серияпаспорта',
      'паспортныеданные',
      'nationalid',
      'nationalidnumber',
      'personalid',
      'personalidnumber',
      'personalnumber',
      'socialsecuritynumber',
      'identitycard',
      'identitycardnumber',
      'idcardnumber',
      'identitydocument',
      'driverslicense',
      'driverslicence',
      'driverlicense',
      'drivinglicense',
      'drivinglicence',
      'personid',
      'citizenid',
      'residentid',
      'patientid',
    ],
    is: ['passport', 'pasport', 'паспорт', 'iin', 'иин', 'жсн', 'pinfl', 'jshshir', 'пинфл', 'снилс', 'snils', 'ssn'],
  },
  {
    word: 'home address',
    why: 'where a person lives; the address of a thing is its address',
    ends: ['homeaddress', 'residentialaddress', 'personaladdress', 'домашнийадрес', 'адреспроживания', 'адреспрописки'],
  },
  {
    word: 'number plate',
    why: 'it leads to the keeper of a car; only the city’s own vehicles (type Vehicle, Bus, ..., not of category "private") have one here',
    ends: [
      'licenseplate',
      'licenceplate',
      'licenseplatenumber',
      'licenceplatenumber',
      'numberplate',
      'platenumber',
      'plateno',

      'plateid',
      'plateidentifier',
      'registrationplate',
      'vehicleregistrationnumber',
      'vehicleidentificationnumber',
      'госномер',
      'номерныйзнак',
      'автономер',
      'давлатрақами',
    ],
    is: ['plate', 'vin'],
    not: /(tem|name)plate(number|no|id|identifier)?$/,
    allowed: 'fleet',
  },
  {
    word: 'body',
    why: 'a body recognises its person everywhere and cannot be changed',
    ends: [
      'faceid',
      'faceimage',
      'faceembedding',
      'faceencoding',
      'facevector',
      'facedescriptor',
      'faceprint',
      'facetemplate',

      'facematch',
      'facerecognition',
      'facesnapshot',
      'facephoto',
      'biometrics',
      'biometricdata',
      'biometrictemplate',
      'biometricid',
      'voiceprint',
      'voiceid',
      'irisscan',
      'iriscode',
      'irisid',
      'gaitid',
      'fingerprinttemplate',
    ],
    is: ['face', 'faces'],
    not: /(sur|inter|type)face/,
  },
];

/** Types of entities that are a person, or that trace one. `has`: every type that has this in its name. */
export const personalTypes: readonly {
  readonly why: string;
  readonly is?: readonly string[];
  readonly has?: readonly string[];
  readonly not?: RegExp;
}[] = [
  {
    why: 'there are no entities of persons: who somebody is stands in the accounts and in the vault',
    is: [
      'person',
      'naturalperson',
      'physicalperson',
      'individual',
      'human',
      'citizen',
      'resident',
      'inhabitant',
      'pedestrian',
      'passenger',
      'driver',
      'patient',
      'student',
      'pupil',
      'child',
      'employee',
      'worker',
      'user',
      'useraccount',
      'reporter',
      'complainant',
      'applicant',
      'voter',
      'taxpayer',
      'familymember',

      'человек',
      'гражданин',
      'физлицо',
      'физическоелицо',
      'житель',
      'шахс',
      'шаҳрванд',
      'фуқаро',
      'fuqaro',
      'shaxs',
      'азамат',
      'адам',
      'тұрғын',
    ],
  },
  {
    why: 'it follows one person through the city',
    is: ['wearable', 'personobserved', 'pedestrianobserved'],
    has: [
      'persontrack',
      'persondetect',
      'personrecogn',
      'personreident',
      'pedestriantrack',
      'pedestriandetect',
      'peopletracking',
    ],
  },
  {
    why: 'faces and bodies are not recognised here',
    is: ['face', 'faceobserved'],
    has: [
      'facerecogn',
      'facedetect',
      'facematch',
      'faceembedding',
      'facialrecogn',
      'biometric',
      'gaitrecogn',
      'voicerecogn',
    ],
    not: /surface|interface/,
  },
  {
    why: 'number plates are not recognised here: they lead to the keeper of a car',
    is: ['anpr', 'alpr', 'plateread', 'platereading', 'plateobserved', 'platedetection'],
    has: [
      'licenseplate',
      'licenceplate',
      'numberplate',
      'platerecogn',
      'vehicleplate',
      'anprevent',
      'alprevent',
      'anprobserv',
      'alprobserv',
    ],
  },
];

/** What residents report: nothing of it may name who reported, not even as somebody to ask. */
export const reportTypes: readonly string[] = [
  'servicerequest',
  'servicerequests',
  'open311servicerequest',
  'open311servicerequests',
  'issuereport',
  'issuereporting',
  'placereport',
  'complaint',
  'appeal',
  'citizenreport',
  'petition',
  'report',
];

/** Vehicles that the city runs; a private one says so (`category`, Smart Data Models Vehicle). */
export const fleetTypes: readonly string[] = [
  'vehicle',
  'fleetvehicle',
  'transitvehicle',
  'publicvehicle',
  'servicevehicle',
  'bus',
  'minibus',
  'trolleybus',
  'tram',
];

export const natureTypes: readonly string[] = ['animal', 'pet', 'livestock', 'tree', 'plant', 'zooanimal'];
