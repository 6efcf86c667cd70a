/** The page about the city: what is published about it, where it lies, which laws hold, and what is not known. */
import type { City } from '../city/profile.ts';
import type { Module } from '../http/module.ts';
import type { NavigationEntry, Site } from '../ui/index.ts';
import { aboutPage } from './pages/about.tsx';
import { aboutWords } from './pages/messages/index.ts';

export function about({ city, site }: { city: City; site: Site }): Module {
  return {
    name: 'about',
    access: { 'GET /about': 'viewPublic' },
    routes: (app) => site.page(app, '/about', (reader) => aboutPage(city, reader)),
  };
}

/** For the foot of every page. */
export const aboutLink = (language: string): NavigationEntry => ({
  href: '/about',
  text: aboutWords(language)('title'),
});
