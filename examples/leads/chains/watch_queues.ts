import { defineChain } from 'daychain';

export default defineChain({
  summary: 'What no queue says of itself: rows that are stuck, how full each is, and whether it moves',
  schedule: { hourly: { minute: 7 } },
  keep: '7 days',
  tasks: {
    task_sweep_stuck: [],
    task_queue_depths: { dependsOn: ['task_sweep_stuck'], runWhen: 'all_done' },
    task_queue_alarm: { dependsOn: ['task_sweep_stuck'], runWhen: 'all_done' },
  },
});
