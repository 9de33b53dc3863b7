{% for domain in record_layout() + adam_layout() %}
{{ staged_records(domain) }}
{{ 'union all' if not loop.last }}
{% endfor %}
