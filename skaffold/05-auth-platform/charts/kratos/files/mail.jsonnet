function(ctx) {
  to: ctx.recipient,
  template: ctx.template_type,
  data: ctx.template_data,
}
