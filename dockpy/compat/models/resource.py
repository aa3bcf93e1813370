"""What all objects and all collections have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar, cast

if TYPE_CHECKING:
    from dockpy.compat.client import DockerClient

__all__ = ["Collection", "Model"]


class Model:
    """One object of the daemon, as the daemon described it when it was asked last."""

    id_attribute = "Id"

    def __init__(
        self,
        attrs: dict[str, Any] | None = None,
        client: DockerClient | None = None,
        collection: Collection[Any] | None = None,
    ) -> None:
        self.client: DockerClient = cast("DockerClient", client)
        self.collection: Any = collection
        self.attrs: dict[str, Any] = {} if attrs is None else attrs

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.short_id}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and self.id == other.id

    def __hash__(self) -> int:
        return hash((type(self).__name__, self.id))

    @property
    def id(self) -> str:
        """Its ID; None where the daemon gave none."""
        return cast("str", self.attrs.get(self.id_attribute))

    @property
    def short_id(self) -> str:
        """The first 12 characters of its ID."""
        return self.id[:12]

    def reload(self) -> None:
        """Ask the daemon again, and keep the answer as `attrs`."""
        self.attrs = self.collection.get(self.id).attrs


M = TypeVar("M", bound=Model)


class Collection(Generic[M]):
    """All objects of one kind on the daemon."""

    model: Any = None
    """The class of its objects."""

    def __init__(self, client: DockerClient | None = None) -> None:
        self.client: DockerClient = cast("DockerClient", client)

    def __call__(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Say where the calls of docker-py 1 are now."""
        raise TypeError(
            f"'{type(self).__name__}' object is not callable. Code for docker-py 1, such as "
            "client.containers(), needs docker.APIClient."
        )

    if not TYPE_CHECKING:  # each collection has parameters of its own

        def list(self):
            """Objects of the collection; collections that have it say how."""
            raise NotImplementedError

        def get(self, key):
            """One object of the collection; collections that have it say how."""
            raise NotImplementedError

        def create(self, attrs=None):
            """Make an object; collections that have it say how."""
            raise NotImplementedError

    def prepare_model(self, attrs: Model | dict[str, Any]) -> M:
        """The object of a description, or an object that is one already, as this collection's own.

        Raises:
            Exception: it is neither.
        """
        if isinstance(attrs, Model):
            attrs.client, attrs.collection = self.client, self
            return cast("M", attrs)
        if isinstance(attrs, dict):
            return cast("M", self.model(attrs=attrs, client=self.client, collection=self))
        raise Exception(f"Can't create {self.model.__name__} from {attrs}")
