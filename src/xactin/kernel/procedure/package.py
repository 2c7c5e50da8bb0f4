'''A procedure package: one version of one procedure, in open formats, never edited once in force.

    procedure.yaml      who does what, papers, fee, limits, result (words below)
    process.bpmn        the flow, BPMN 2.0 (what is covered: `bpmn.py`)
    form.schema.json    the data, JSON Schema 2020-12
    result.typ          what is issued
    examples/*.yaml     worked examples: acts in, expected tasks, deadlines and result out

Words of procedure.yaml (`yaml_form.py` is the exact form):

    code, version, effective {from, until}, name {vi, en}, summary, field {code, name}, level, handled_by,
    online, channels, applicants, legal_basis, privacy, documents, eligibility, fee, result
    parts           {form.owner: [/owner], ...}: which top-level form properties make which named part;
                    every other property is a part of its own, `form.<property>`
    limit           of the whole: {working_day: 7} | {working_hour: 8} | {calendar_day: 2} | {same_day: true}
    reception       the task whose advance receives the dossier (or an act with `receives: true`): from then
                    on the limit runs. Without either, it runs from the submission
    supplement      {within: {working_day: 3}, restart: zero | resume, times: 1, lapse: stop}. `times`: how often
                    it may be asked (unlimited when left out); `lapse: stop`: no answer in time ends the dossier
    tasks           {<userTask id>: {name, agency, post, limit, silence: consent, reads: ["form.*", ...],
                    reserved, irrevocable, agencies: [...] (one instance each, for multi-instance), acts: [...]}}
                    act: {id, label, kind: advance|return|supplement|refuse|withdraw|stop, writes: [part],
                    receives, throws: <error code>, data_schema, example}
    services        {<serviceTask, sendTask, receiveTask or message event id>: {kind, name, reads, writes,
                    irrevocable}}: done by a system's act, whose id is `done`
    timers          {<timer event id>: {working_day: 3}}: working time where BPMN knows only ISO 8601
    ends            {<endEvent id>: done | refused | stopped}: where the kind of the last act does not tell
    authority_limits {<task id>: {default: {...}, maximum: {...}}}: what each authority sets for itself

Rules are CEL (`kernel/expressions.py`) over `form`, `applicant` (kind), `acts` (task -> id of its last
act, "" before; a list for multi-instance) and `answers` (task -> data of that act).

An example is a dossier told in acts. Times are local (Asia/Ho_Chi_Minh), `2026-07-20 09:00`; the weekly
hours are Monday to Friday 07:30-11:30, 13:30-17:00 with cutoff 15:00 and the holidays of Viet Nam:

    name: Three offices agree             # free text
    submitted: 2026-07-20 08:00
    applicant: {kind: citizen}            # may be left out
    limits: {consult_land: {working_day: 2}}   # what the authority set; may be left out
    data: {...}                           # the form
    documents: [drawing, land_right]      # kinds attached
    expect: {tasks: [receive], phase: submitted, fee: 75000}      # right after the submission
    acts:
      - {at: 2026-07-20 09:00, task: receive, act: accept, post: reception,
         expect: {tasks: [review], due: 2026-07-29 09:00, phase: processing}}
      - {at: 2026-07-21 10:00, task: consult, act: agree, post: consultant, instance: 1, data: {...}}
      - {at: 2026-07-21 11:00, task: draft_result, act: done}     # a service: a system does it, no post
      - {at: 2026-07-22 09:00, supply: {data: {house: {...}}, documents: [drawing]}}   # what changed
      - {at: 2026-07-22 09:00, amend: {data: {...}}}              # the same without having been asked
      - {at: 2026-07-23 17:00, tick: true}                        # time alone: silence, timers
      - {at: 2026-07-24 09:00, withdraw: true}
    expect: {phase: done, fee: 75000, tasks: [], acts: {approve: approve}}   # at the end

`expect` may name any of `tasks` (node ids of what is open, any order), `due` (of the dossier, null while its
clock stands), `phase`, `fee`, `voided` (tasks whose acts became void by this step), `acts`, `refused` (the
code of the engine's refusal; the step then changes nothing). `data` of an act is what the task answers.
'''
