import { defineChain } from 'daychain';

export default defineChain({
  summary: 'Read the town’s site and its citizens’ contributions, and report on both',
  schedule: { daily: '06:00' },
  timezone: 'Europe/Paris',
  tasks: {
    task_firecrawl: [],
    task_contributions_analysis: [],
    task_rag_indexing: { dependsOn: ['task_firecrawl'], params: { language: 'fr' } },
    // It names the crawl too: a report that must say what is missing has to know how each part ended.
    task_report_generation: {
      dependsOn: ['task_firecrawl', 'task_contributions_analysis', 'task_rag_indexing'],
      runWhen: 'all_done',
    },
  },
});
