/** A contribution of the box, as short as its form allows. */
export function contribution(id: string, text: string): object {
  return {
    id,
    category: null,
    constat_factuel: text,
    idees_ameliorations: '',
    title: text,
    body: text,
    source: 'input',
    parent_id: null,
    distance_from_parent: 0,
    similarity_to_parent: 1,
    expected_valid: null,
    violations_injected: null,
    metadata: { mutation_type: null, llm_generated: true, submitted_at: '2026-01-05T10:00:00+01:00' },
  };
}
