import type { Database } from '@alt/database';
import type { ImageAddresses } from '@alt/feeds/html/image-address.ts';
import type { PeerFetch, Route } from '@alt/service-kit';
import { articleRoutes } from './articles.ts';
import { briefRoutes } from './briefs.ts';
import type { MeetColleagues } from './colleagues.ts';
import { decisionRoutes } from './decisions.ts';
import { exportRoutes } from './exports.ts';
import { importRoutes } from './imports.ts';
import { jobRoutes } from './jobs.ts';
import { memberRoutes } from './members.ts';
import { noteRoutes } from './notes.ts';
import type { AsPerson } from './people.ts';
import { projectRoutes } from './projects.ts';
import { publicationRoutes } from './publications.ts';
import { ruleRoutes } from './rules.ts';
import { searchRoutes } from './search.ts';
import { sectionRoutes } from './sections.ts';
import { tenantDataRoutes } from './tenant-data.ts';

export interface RouteTools {
  asPerson: AsPerson;
  meetColleagues: MeetColleagues;
  database: Database;
  searchIndexer: PeerFetch;
  publicUrl: URL;
  images: ImageAddresses;
}

/** Addresses with a word in the place of an id come before those with the id. */
export function routesOf(tools: RouteTools): Route[] {
  const { asPerson, meetColleagues, database, searchIndexer, publicUrl, images } = tools;
  const all = [
    ...projectRoutes(asPerson, meetColleagues),
    ...noteRoutes(asPerson),
    ...memberRoutes(asPerson, meetColleagues),
    ...sectionRoutes(asPerson),
    ...articleRoutes(asPerson, images),
    ...decisionRoutes(asPerson),
    ...briefRoutes(asPerson),
    ...jobRoutes(asPerson),
    ...exportRoutes(asPerson),
    ...importRoutes(asPerson),
    ...publicationRoutes(asPerson, database, publicUrl),
    ...ruleRoutes(asPerson),
    ...searchRoutes(asPerson, searchIndexer),
    ...tenantDataRoutes(database),
  ];
  const isFixed = ({ endpoint }: Route) => !endpoint.path.startsWith('/v1/projects/:');
  return [...all.filter(isFixed), ...all.filter((route) => !isFixed(route))];
}
