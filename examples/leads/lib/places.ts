/** What is known of a place: Google Places where its key is set, else the bundled file. */
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { PermanentError, z, type ClientTools } from 'daychain';
import { createHttp } from 'daychain/kit';
import { inProject } from './files.js';

export interface PlaceDetails {
  name: string;
  address: string | null;
  phone: string | null;
  website: string | null;
  rating: number | null;
}

export interface Places {
  details(placeId: string, signal: AbortSignal): Promise<PlaceDetails>;
  close(): void;
}

const text = z.string().min(1).nullable().default(null);
const rating = z.number().min(0).max(5).nullable().default(null);
const bundled = z.record(z.string(), z.object({ name: z.string().min(1), address: text, phone: text, website: text, rating }));
const google = z.object({
  displayName: z.object({ text: z.string().min(1) }),
  formattedAddress: text,
  internationalPhoneNumber: text,
  websiteUri: text,
  rating,
});
const FIELDS = Object.keys(google.shape).join(',');

export function openPlaces({ settings }: ClientTools): Places {
  const { GOOGLE_MAPS_API_KEY: key, GOOGLE_PLACES_URL, INNER_HOSTS, LEADS_PAUSE_MS } = settings;
  if (key === null) return bundledPlaces(LEADS_PAUSE_MS);
  const headers = { 'x-goog-api-key': key, 'x-goog-fieldmask': FIELDS };
  const http = createHttp({ allow: INNER_HOSTS, headers });
  return {
    async details(placeId, signal) {
      const url = new URL(`/v1/places/${encodeURIComponent(placeId)}`, GOOGLE_PLACES_URL);
      const place = (await http.get(url, { signal })).json(google);
      const { displayName, formattedAddress, internationalPhoneNumber, websiteUri } = place;
      const known = { address: formattedAddress, phone: internationalPhoneNumber, website: websiteUri, rating: place.rating };
      return { name: displayName.text, ...known };
    },
    close: () => http.close(),
  };
}

function bundledPlaces(pauseMs: number): Places {
  return {
    async details(placeId, signal) {
      if (pauseMs > 0) await pause(pauseMs, undefined, { signal });
      const places = bundled.parse(JSON.parse(await readFile(inProject('data', 'places.json'), 'utf8')));
      const place = Object.hasOwn(places, placeId) ? places[placeId] : undefined;
      if (place === undefined) throw new PermanentError(`no place ${placeId} is known`);
      return place;
    },
    close() {},
  };
}
