/** The option `rules` as it is documented. It is not in the option table: its values are options again. */
export const RULES = {
  takes: 'a list of rules',
  default: '[]',
  reload: 'live',
  doc: ['Exceptions: what is done otherwise, for whom.', 'The first rule that fits is taken; see RULES.'],
  /** Further values worth showing, each with its key. */
  examples: [
    `rules:
  - name: postmaster always gets mail
    when: {recipient: [postmaster, abuse]}
    then: {skip: true}
  - name: bank mail must pass
    when: {sender: [bank.example, .bank.example]}
    then: {actions: {mail_from: {softfail: reject, neutral: reject, none: reject, temperror: defer}}}
  - name: partner network may be sloppy
    when: {client: 203.0.113.0/24}
    then: {profile: monitor}
  - name: one careful user
    when: {recipient: boss@example.net}
    then: {profile: strict}
  - name: our own mail going out must pass elsewhere
    when: {authenticated: true}
    then: {skip: false, check_as: 192.0.2.10, actions: {mail_from: {fail: reject, softfail: reject}}}`,
  ],
} as const;
