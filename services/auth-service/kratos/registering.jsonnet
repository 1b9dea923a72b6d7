function(ctx) {
  email: ctx.identity.traits.email,
  name: if std.objectHas(ctx.identity.traits, 'name') then ctx.identity.traits.name else '',
  transient: if std.objectHas(ctx.flow, 'transient_payload') && ctx.flow.transient_payload != null then ctx.flow.transient_payload else {},
}
