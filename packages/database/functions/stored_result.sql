-- A stored result in the words of the domain; null while it is only a claim.
create or replace function stored_result(p_row stored_results) returns jsonb language sql immutable as $$
  select case when p_row.storage_key is not null then jsonb_build_object('storageKey', p_row.storage_key,
    'mediaType', p_row.media_type, 'bytes', p_row.bytes, 'sha256', p_row.sha256, 'width', p_row.width, 'height', p_row.height,
    'model', p_row.model) end
$$;
