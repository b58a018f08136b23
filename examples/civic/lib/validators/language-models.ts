import type { ProjectSettings } from 'daychain';
import type { LlmOptions, LlmProvider } from 'daychain/kit';

/** The models that are configured, in the order in which they are asked (O-49, O-64). One without its key or address is left out. */
export function languageModels(settings: ProjectSettings): LlmOptions {
  const providers: LlmProvider[] = [
    { api: 'openai', model: settings.OPENAI_MODEL, key: settings.OPENAI_API_KEY, baseUrl: settings.OPENAI_URL },
    { api: 'anthropic', model: settings.ANTHROPIC_MODEL, key: settings.ANTHROPIC_API_KEY, baseUrl: settings.ANTHROPIC_URL },
  ];
  if (settings.OLLAMA_URL !== null) {
    const { OLLAMA_URL: baseUrl, OLLAMA_MODEL: model, OLLAMA_COOLDOWN: pause } = settings;
    providers.push({ api: 'ollama', model, baseUrl, pause });
  }
  return { providers, budget: { calls: settings.LLM_CALLS_A_DAY }, wait: settings.LLM_WAIT };
}
