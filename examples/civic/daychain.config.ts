import { defineProject, env, type ClientsOf, type SettingsOf } from 'daychain';
import { createHttp, llmClient } from 'daychain/kit';
import { languageModels } from './lib/validators/language-models.js';

export const settings = {
  CIVIC_OUT: env.text({ description: 'folder of the results; out/ in the project where nothing is said', default: null }),
  INNER_HOSTS: env.list({
    description: 'hosts that may be asked although they are not public: intranet.example, or 127.0.0.1:8080',
    default: [],
  }),

  // What the town's site is read with
  CRAWL_SOURCES: env.text({ description: 'file that lists the sources; data/sources.json where nothing is said', default: null }),
  CRAWL_PAUSE: env.duration({
    description: 'between two requests to a real site; its robots.txt may ask for more',
    default: '1 second',
  }),
  CRAWL_TIMEOUT: env.duration({ description: 'longest wait for one page', default: '15 seconds' }),
  FIRECRAWL_API_KEY: env.text({
    description: 'key of firecrawl.dev: with it, real sites are read there',
    secret: true,
    default: null,
  }),
  FIRECRAWL_URL: env.url({
    schemes: ['http', 'https'],
    description: 'where the Firecrawl API is',
    default: 'https://api.firecrawl.dev',
  }),

  // Contributions: issues of a repository besides the bundled box
  GITHUB_REPOSITORY: env.text({
    description: 'owner/name whose issues are contributions; sample issues where nothing is said',
    default: null,
  }),
  GITHUB_URL: env.url({
    schemes: ['http', 'https'],
    description: 'where the GitHub API is, or a bridge that answers as it does',
    default: 'https://api.github.com',
  }),
  GITHUB_TOKEN: env.text({
    description: 'token that may label issues; without one, the inbox alone is labelled',
    secret: true,
    default: null,
  }),

  // Language models, asked in this order; without any, the charter's rules judge
  OPENAI_API_KEY: env.text({ description: 'key of an OpenAI-compatible service', secret: true, default: null }),
  OPENAI_URL: env.url({ schemes: ['http', 'https'], description: 'where that service is', default: 'https://api.openai.com/v1' }),
  OPENAI_MODEL: env.text({ description: 'model asked there', default: 'gpt-4.1-mini' }),
  ANTHROPIC_API_KEY: env.text({ description: 'key of Anthropic', secret: true, default: null }),
  ANTHROPIC_URL: env.url({ schemes: ['http', 'https'], description: 'where its API is', default: 'https://api.anthropic.com' }),
  ANTHROPIC_MODEL: env.text({ description: 'model asked there', default: 'claude-haiku-4-5' }),
  OLLAMA_URL: env.url({ schemes: ['http', 'https'], description: 'an Ollama server, as http://127.0.0.1:11434', default: null }),
  OLLAMA_MODEL: env.text({ description: 'model asked there', default: 'mistral' }),
  OLLAMA_COOLDOWN: env.duration({
    description: 'between two requests to Ollama, for the machine to cool down',
    default: '2 seconds',
  }),
  LLM_CALLS_A_DAY: env.integer({ description: 'requests to language models in one day at most', default: 2_000, least: 1 }),
  LLM_WAIT: env.duration({ description: 'longest wait for a model where none can answer', default: '30 seconds' }),

  // Prompts, experiments and costs
  OPIK_API_KEY: env.text({ description: 'key of Opik; without one, files below out/ stand for it', secret: true, default: null }),
  OPIK_URL: env.url({
    schemes: ['http', 'https'],
    description: 'where the Opik API is',
    default: 'https://www.comet.com/opik/api',
  }),
  OPIK_WORKSPACE: env.text({ description: 'workspace in Opik', default: 'default' }),
  OPIK_PROJECT_NAME: env.text({ description: 'project in Opik', default: 'civic' }),
  USD_TO_EUR: env.number({ description: 'euros for a dollar, in the costs', default: 0.92, least: 0.01, most: 100 }),
  COST_LIMIT_USD: env.number({ description: 'dollars a day, above which the costs warn', default: 5, least: 0 }),
};

const project = defineProject({
  name: 'civic',
  timezone: 'Europe/Paris',
  defaults: { timeout: '15 minutes', retry: { retries: 3, delay: '5 minutes' } },
  settings,
  clients: {
    /** For the APIs of others. Sites are read with a client of their own: it has other limits. */
    http: ({ settings: { INNER_HOSTS } }) => createHttp({ allow: INNER_HOSTS }),
    llm: llmClient(({ settings }) => languageModels(settings)),
  },
});
export default project;

declare module 'daychain' {
  interface ProjectSettings extends SettingsOf<typeof settings> {}
  interface ProjectClients extends ClientsOf<typeof project> {}
}
