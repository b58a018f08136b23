import { defineChain } from 'daychain';

export default defineChain({
  summary: 'Read the town’s site and its citizens’ contributions, and report on both',
  // Every hour until the day has succeeded; the hours after that find it done.
  schedule: { cron: '0 6-23 * * *', key: 'date' },
  timezone: 'Europe/Paris',
  tasks: {
    // Due at three by its own schedule: at six it is done already, unless three o'clock was missed.
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
