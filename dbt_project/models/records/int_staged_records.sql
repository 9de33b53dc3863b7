{% for domain in record_layout() %}
{{ staged_records(domain) }}
{{ 'union all' if not loop.last }}
{% endfor %}
