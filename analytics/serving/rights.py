"""Who may do what on the server: checked before anything is loaded."""

from analytics.serving.errors import ServingError
from analytics.serving.session import NO_RIGHT, RefusedError, Session
from analytics.warehouse import literal, quoted


def make_schema(server: Session, schema: str) -> None:
    """Make a schema unless it is there. Raises ServingError when the user may not."""
    if server.value(f"select 1 from pg_namespace where nspname = {literal(schema)}"):
        return
    (user, database, may), *_ = server.rows(
        "select current_user::text, current_database()::text, "
        "has_database_privilege(current_database(), 'create')"
    )
    if not may:
        raise ServingError(
            f"User {user} may not create schema {schema} in database {database}; an "
            f"administrator can allow it with: grant create on database {quoted(database)} to "
            f"{quoted(user)}"
        )
    server.run(f"create schema {quoted(schema)}")


def check_role(server: Session, role: str, *, may_create: bool) -> None:
    """See that a role is there; make it when it may be made, without login and rights.

    Raises ServingError when it is not there and cannot be made, when it is one of the server's own,
    and when it is a superuser, whose rights are no matter of grants.
    """
    if role.startswith("pg_") or role == "public":
        raise ServingError(
            f"Role {role} is one of the server's own, which Plateau gives no rights; name a role "
            "that was made for the readers."
        )
    found = server.rows(f"select rolsuper from pg_roles where rolname = {literal(role)}")
    if found:
        if found[0][0]:
            raise ServingError(
                f"Role {role} is a superuser and reads everything anyway; name a role that was "
                "made for the readers."
            )
        return
    if not may_create:
        raise ServingError(
            f"There is no role {role} on the server; a role that reads patient-level rows is "
            "not created automatically, so create it first."
        )
    try:
        server.run(f"create role {quoted(role)} nologin")
    except RefusedError as error:
        if error.sqlstate != NO_RIGHT:
            raise
        raise ServingError(
            f"There is no role {role} on the server and the user may not create one; ask an "
            f"administrator to run: create role {quoted(role)} nologin; or name another with "
            "--reader-role ('' for none)."
        ) from error


def check_apart(server: Session, readers: str, trialists: str) -> None:
    """See that the readers of the tables for people do not read the marts by membership.

    Raises ServingError when the role of the first is a member of the role of the second.
    """
    if server.value(
        f"select 1 where pg_has_role({literal(readers)}, {literal(trialists)}, 'member')"
    ):
        raise ServingError(
            f"Role {readers} is a member of {trialists}, so all readers of the tables for people "
            f"would read the patient-level marts; take the membership away, or name another "
            "role with --marts-role."
        )
