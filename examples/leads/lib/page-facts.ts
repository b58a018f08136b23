/** What a page says of a business. Plain scanning: nothing here grows faster than the page is long (defect 17). */
export interface PageFacts {
  title: string | null;
  description: string | null;
  language: string | null;
  phone: string | null;
}

export function pageFacts(html: string): PageFacts {
  const meta = tags(html, 'meta').find((tag) => attribute(tag, 'name')?.toLowerCase() === 'description');
  const language = attribute(tags(html, 'html')[0] ?? '', 'lang');
  const title = /<title[^>]*>([^<]{1,500})/i.exec(html)?.[1];
  return {
    title: title === undefined ? null : decoded(title),
    description: meta === undefined ? null : decoded(attribute(meta, 'content') ?? ''),
    language: language?.slice(0, 2).toLowerCase() ?? null,
    phone: phoneIn(html),
  };
}

const EMAIL = /[a-z0-9][a-z0-9._+-]{0,63}@[a-z0-9][a-z0-9.-]{0,252}\.[a-z]{2,24}/gi;
/** `info (at) example (dot) org`, as people write it against harvesters. */
const SPELT = [/\s{0,3}[([]\s?(?:at|à)\s?[)\]]\s{0,3}/gi, /\s{0,3}[([]\s?(?:dot|point|punkt)\s?[)\]]\s{0,3}/gi] as const;
/** `icon@2x.png` is no address. */
const NO_ADDRESS = /\.(?:png|jpe?g|gif|svg|webp|css|js)$/i;

/** Addresses on a page, in lower case, each once. */
export function emailsOn(html: string): string[] {
  const text = decoded(html.replace(/<[^>]{0,2000}>/g, (tag) => ` ${attribute(tag, 'href')?.replace(/^mailto:/i, '') ?? ''} `));
  const spoken = text.replace(SPELT[0], '@').replace(SPELT[1], '.');
  const found = [...spoken.matchAll(EMAIL)].map(([email]) => email.toLowerCase().replace(/[.-]+$/, ''));
  return [...new Set(found.filter((email) => !NO_ADDRESS.test(email)))];
}

/** Pages every site has and nobody reads for contacts. */
export function isLegalPage(url: string): boolean {
  return /privacy|datenschutz|mentions-legales|cookies|terms|impressum/i.test(new URL(url).pathname);
}

function tags(html: string, name: string): string[] {
  return [...html.matchAll(new RegExp(`<${name}\\b[^>]{0,2000}>`, 'gi'))].map(([tag]) => tag);
}

function attribute(tag: string, name: string): string | undefined {
  return new RegExp(`\\b${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, 'i')
    .exec(tag)
    ?.slice(1)
    .find((value) => value !== undefined);
}

function phoneIn(html: string): string | null {
  const linked = /href="tel:([+\d ().-]{6,24})"/i.exec(html)?.[1];
  return (
    (
      linked ?? /(?:\+\d{1,3}[ .-]?)?\(?\d{2,5}\)?(?:[ .-]?\d{2,5}){2,5}/.exec(html.replace(/<[^>]{0,2000}>/g, ' '))?.[0]
    )?.trim() ?? null
  );
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

/** Text of HTML or XML with its common entities resolved. */
export function decoded(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|apos|nbsp);/g, (_, name: string) => ENTITIES[name]!).trim();
}
