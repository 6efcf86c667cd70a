export { PersonalData, personalFault, refusePersonal, refusePersonalAttributes } from './gate.ts';
